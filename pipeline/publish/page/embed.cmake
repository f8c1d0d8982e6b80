# Writes the files of the report's page into a C++ file, as bytes: cmake -DFOLDER=… -DOUTPUT=… -P embed.cmake
# So the binary needs no file beside it when it runs, and nothing but CMake when it is built.
set(text "#include \"pipeline/publish/page_files.h\"\n\nnamespace fairground {\nnamespace {\n")
set(definitions "")
foreach(name html css js)
  file(READ ${FOLDER}/report.${name} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(REGEX REPLACE "(.........................................................................................................)" "\\1\n" bytes "${bytes}")
  string(APPEND text "constexpr char k_${name}[] = {\n${bytes}\n};\n")
  string(APPEND definitions "std::string_view page_${name}() { return {k_${name}, sizeof k_${name}}; }\n")
endforeach()
string(APPEND text "}  // namespace\n\n${definitions}\n}  // namespace fairground\n")
file(WRITE ${OUTPUT} "${text}")
