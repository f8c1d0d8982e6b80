// What becomes of a finished run's folder in which users have edited a page, or that has files which its exports do
// not.
#include <gmock/gmock.h>

#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class EditedFolder : public testing::Test {
 protected:
  EditedFolder() {
    set_.config += "  exports: [webdataset, stm]\n";
    set_.save();
    const ProcessResult made = run_fairground({"run", set_.config_path(), "--quiet"});
    EXPECT_EQ(made.status, 0) << made.err;
  }

  /// Whether `verify` finds this one difference.
  void expect_difference(const std::string& name, const std::string& what) const {
    const ProcessResult found = run_fairground({"verify", out_});
    EXPECT_EQ(found.status, 3) << name << found.out << found.err;
    EXPECT_THAT(found.out, AllOf(HasSubstr(name + ": " + what), HasSubstr("\n1 difference in "))) << name;
  }

  TestSet set_{2, 2};
  const fs::path out_ = set_ / "out";
};

TEST_F(EditedFolder, APageThatWasEditedIsNamedAndLeftAloneUntilItIsAskedForAgain) {
  for (const char* const name : {"README.md", "audio/README.md", "image/README.md", "DATACARD.md", "report.html"}) {
    const std::string before = read_text(out_ / name);
    const std::string edited = before + "\nA note of mine.\n";
    write_text(out_ / name, edited);
    expect_difference(name, name == std::string("report.html") ? "is not" : "has more than what the records make");

    const Tree tree = read_tree(out_);
    const ProcessResult again = run_fairground({"run", set_.config_path()});
    EXPECT_EQ(again.status, 0) << again.err;
    expect_equal(read_tree(out_), tree);

    // `report` is what writes these pages, and so makes them anew.
    EXPECT_EQ(run_fairground({"report", out_}).status, 0);
    EXPECT_EQ(read_text(out_ / name), before) << name;
    EXPECT_EQ(run_fairground({"verify", out_}).status, 0) << name;
  }
}

TEST_F(EditedFolder, AFileThatAnExportOfTheSetDoesNotHaveIsNamed) {
  write_text(out_ / "exports/stm/answers.tsv", "mine");
  write_text(out_ / "exports/webdataset/notes.txt", "mine");
  ASSERT_EQ(run_fairground({"verify", out_}).status, 0);
  for (const char* const name : {"exports/webdataset/audio-000099.tar", "exports/stm/ref-9.stm"}) {
    write_text(out_ / name, "of another set");
    expect_difference(name, "is no file of this set's export");
    fs::remove(out_ / name);
  }
  write_text(out_ / "exports/stm/ref.stm.part", "cut off");
  expect_difference("exports/stm/ref.stm.part", "is no file of this set's export");
  ASSERT_EQ(run_fairground({"export", out_, "--to", "stm"}).status, 0);
  EXPECT_EQ(run_fairground({"verify", out_}).status, 0);
  EXPECT_EQ(read_text(out_ / "exports/stm/answers.tsv"), "mine");
}

}  // namespace
}  // namespace fairground
