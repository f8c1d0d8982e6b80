// Does nothing, and is linked with all that the binary is.
int main() { return 0; }
