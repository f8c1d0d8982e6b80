#include "pipeline/config/yaml_tree.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "pipeline/config/wording.h"
#include "pipeline/config/yaml_text.h"
#include "pipeline/core/error.h"

namespace fairground {
namespace {

// A handful of aliases of aliases can stand for 10^10 values, so values are counted as readers will meet them.
constexpr std::size_t kMostNodes = 100'000;
// Configs need about ten levels. yaml-cpp itself gives up at 500, with a misleading message.
constexpr std::size_t kDeepest = 64;

/// Thrown through yaml-cpp where reading cannot go on. The mistake is already noted.
struct StopReading {};

/// Builds the tree from the parser's events and not from YAML::Node, because only the events show an alias's
/// own place, duplicate keys, and how a scalar was written.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const YamlText& text, Mistakes& mistakes) : text_(text), mistakes_(mistakes) {}

  [[nodiscard]] const YamlPointer& root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_ != nullptr) {
      stop(mark, "a second document begins here, but a config is one document; is the indentation right?");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    count(mark, 1);
    auto node = std::make_shared<YamlNode>();
    // What is left empty has the mark of whatever comes next, often on another line.
    node->place = text_.spells_null_at(mark) ? place(mark) : place_of_empty(mark);
    finish(std::move(node), /*size=*/1, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end()) {
      stop(mark, "this alias stands inside the value that it names, which would never end");
    }
    count(mark, target->second.size);
    attach(target->second.node, target->second.size, place(mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    count(mark, 1);
    if (!text_.quotes_close_at(mark)) {
      stop(mark, "the quotes that open here are never closed");
    }
    refuse_tag(mark, tag);
    auto node = std::make_shared<YamlNode>();
    node->kind = YamlNode::Kind::scalar;
    node->place = place(mark);
    node->text = value;
    node->quotes = tag == "!";
    finish(std::move(node), /*size=*/1, anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct PendingKey {
    YamlPointer node;
    Place place;
  };
  /// A list or map that is still open.
  struct Frame {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::size_t size = 1;
    std::optional<PendingKey> key;
    std::unordered_map<std::string, Place> seen;
  };
  struct Anchored {
    YamlPointer node;
    std::size_t size = 0;
  };

  [[nodiscard]] Place place(const YAML::Mark& mark) const { return text_.place(mark); }

  [[nodiscard]] Place place_of_empty(const YAML::Mark& mark) const {
    if (frames_.empty()) {
      return place(mark);
    }
    return frames_.back().key ? frames_.back().key->place : frames_.back().node->place;
  }

  [[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
    mistakes_.add(place(mark), std::move(message));
    throw StopReading{};
  }

  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > kMostNodes) {
      stop(mark, "more than " + std::to_string(kMostNodes) + " values, counting those behind aliases");
    }
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag != "?" && tag != "!") {
      mistakes_.add(place(mark), "the tag " + in_ticks(tag) + " has no meaning here: take it away");
    }
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    count(mark, 1);
    if (frames_.size() >= kDeepest) {
      stop(mark, "nested deeper than " + std::to_string(kDeepest) + " levels");
    }
    refuse_tag(mark, tag);
    Frame frame;
    frame.node = std::make_shared<YamlNode>();
    frame.node->kind = kind;
    frame.node->place = place(mark);
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    finish(std::move(frame.node), frame.size, frame.anchor);
  }

  void finish(YamlPointer node, std::size_t size, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      anchors_[anchor] = {node, size};
    }
    const Place at = node->place;
    attach(std::move(node), size, at);
  }

  void attach(YamlPointer node, std::size_t size, Place at) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = frames_.back();
    parent.size += size;
    if (parent.node->kind == YamlNode::Kind::list) {
      parent.node->items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = PendingKey{std::move(node), at};
    } else {
      add_entry(parent, std::move(node));
    }
  }

  void add_entry(Frame& parent, YamlPointer value) {
    const PendingKey key = std::move(*parent.key);
    parent.key.reset();
    if (key.node->kind != YamlNode::Kind::scalar) {
      mistakes_.add(key.place, "a key must be text");
      return;
    }
    const std::string& name = key.node->text;
    if (name == "<<" && !key.node->quotes) {
      mistakes_.add(key.place, "merge keys (`<<`) are not read: write the keys out, or give a whole value as an alias");
      return;
    }
    const auto [first, is_new] = parent.seen.emplace(name, key.place);
    if (!is_new) {
      mistakes_.add(key.place, "the key " + in_ticks(name) + " is given twice: first on line " +
                                   std::to_string(first->second.line));
      return;
    }
    parent.node->entries.push_back({name, key.place, std::move(value)});
  }

  const YamlText& text_;
  Mistakes& mistakes_;
  YamlPointer root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
};

/// yaml-cpp's words, in words that say how to mend it.
std::string friendlier(const std::string& message) {
  static const std::map<std::string, std::string> kWords = {
      {"illegal map value", "a `:` cannot stand here: is the indentation right, or are quotes missing?"},
      {"illegal map key", "a key cannot stand here: is the indentation right?"},
      {"illegal block entry", "a `-` cannot stand here: is the indentation right?"},
      {"end of map not found", "this does not belong to the map above: is the indentation right?"},
      {"end of sequence not found", "this does not belong to the list above: is the indentation right?"},
      {"end of map flow not found", "a `{` before here is not closed by `}`, or a `,` is missing"},
      {"end of sequence flow not found", "a `[` before here is not closed by `]`, or a `,` is missing"},
      {"illegal flow end", "a `]` or `}` closes nothing"},
      {"unknown token", "text cannot begin with this character: put it in quotes"},
      {"the referenced anchor is not defined", "no `&` above has the name of this alias"},
  };
  const auto words = kWords.find(message);
  return words == kWords.end() ? message : words->second;
}

void parse(const YamlText& text, TreeBuilder& builder, Mistakes& mistakes) {
  std::istringstream stream(text.parsed());
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return;
  } catch (const StopReading&) {
    // What stopped it is noted.
  } catch (const YAML::DeepRecursion& error) {
    mistakes.add(text.place(error.mark), "nested too deeply");
  } catch (const YAML::Exception& error) {
    if (const auto tab = text.tab_in_indentation(error.mark)) {
      mistakes.add(*tab, "a tab in the indentation: YAML allows only spaces there");
    } else {
      mistakes.add(text.place(error.mark), "not valid YAML: " + friendlier(error.msg));
    }
  }
  mistakes.throw_if_any();
}

}  // namespace

void Mistakes::add(Place place, std::string message) {
  ++count_;
  mistakes_.emplace(place, std::move(message));
}

std::string Mistakes::text_of(Place place) const {
  return file_ + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

void Mistakes::throw_if_any() const {
  if (mistakes_.empty()) {
    return;
  }
  std::vector<std::string> messages;
  messages.reserve(mistakes_.size());
  for (const auto& [place, message] : mistakes_) {
    messages.push_back(text_of(place) + ": " + message);
  }
  throw UserError(std::move(messages));
}

YamlPointer load_yaml(std::string_view text, Mistakes& mistakes) {
  if (text.size() > kLongestYaml) {
    mistakes.add({}, "longer than 4 MiB, which no config needs to be");
    mistakes.throw_if_any();
  }
  const YamlText lines(text);
  if (const auto fault = lines.bad_character()) {
    mistakes.add(fault->place, fault->message);
    mistakes.throw_if_any();
  }
  TreeBuilder builder(lines, mistakes);
  parse(lines, builder, mistakes);
  if (builder.root() == nullptr || builder.root()->kind == YamlNode::Kind::nothing) {
    mistakes.add({}, "the file is empty");
    mistakes.throw_if_any();
  }
  return builder.root();
}

}  // namespace fairground
