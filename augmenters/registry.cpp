#include <algorithm>
#include <stdexcept>

#include "augmenters/augmenter.h"
#include "pipeline/config/config.h"

namespace fairground {
namespace {

struct Registry {
  std::vector<std::unique_ptr<const Augmenter>> owned;
  std::vector<const Augmenter*> sorted;
};

Registry& registry() {
  // Registrations run before main in an order that nobody fixes, so the list is made when first needed.
  static Registry instance;
  return instance;
}

}  // namespace

Registration::Registration(Augmenter augmenter) {
  Registry& r = registry();
  const bool behind_scene = augmenter.schema.media == Media::audio && augmenter.schema.stage > Stage::scene;
  const bool in_file = augmenter.schema.stage == Stage::file;
  if ((behind_scene != static_cast<bool>(augmenter.prepare_signal) ||
       in_file != static_cast<bool>(augmenter.prepare_file)) &&
      !augmenter.schema.expand) {
    throw std::logic_error(augmenter.schema.name + ": its stage and its kind do not go together");
  }
  if (find_augmenter(augmenter.schema.name) != nullptr) {
    throw std::logic_error("two augmenters are named " + augmenter.schema.name);
  }
  r.owned.push_back(std::make_unique<const Augmenter>(std::move(augmenter)));
  r.sorted.push_back(r.owned.back().get());
  std::ranges::sort(r.sorted, {}, [](const Augmenter* a) { return a->schema.name; });
}

std::string check_one_room(const std::vector<const Step*>& chain) {
  const auto is_room = [](const Step* step) {
    const Augmenter* augmenter = find_augmenter(step->schema->name);
    return augmenter != nullptr && augmenter->prepare_room;
  };
  return std::ranges::count_if(chain, is_room) > 1
             ? "nobody is in two rooms at once; keep one, or forbid the combination with `except`"
             : "";
}

std::string check_scene_comes_first(const std::vector<const Step*>& chain) {
  const auto first_signal =
      std::ranges::find_if(chain, [](const Step* step) { return step->schema->stage > Stage::scene; });
  const auto late =
      std::find_if(first_signal, chain.end(), [](const Step* step) { return step->schema->stage <= Stage::scene; });
  return late == chain.end() ? ""
                             : late[0]->schema->name +
                                   " comes behind it, but is a part of what the microphone hears; put its axis first, "
                                   "or use `order: staged`";
}

StepSchema behind_the_scene(StepSchema schema) {
  schema.check_chain = [own = schema.check_chain](const std::vector<const Step*>& chain) {
    std::string mistake = check_scene_comes_first(chain);
    return mistake.empty() && own ? own(chain) : mistake;
  };
  return schema;
}

const std::vector<const Augmenter*>& registered_augmenters() { return registry().sorted; }

std::vector<const StepSchema*> registered_schemas() {
  std::vector<const StepSchema*> schemas;
  for (const Augmenter* augmenter : registered_augmenters()) {
    schemas.push_back(&augmenter->schema);
  }
  return schemas;
}

const Augmenter* find_augmenter(const std::string& name) {
  for (const Augmenter* augmenter : registered_augmenters()) {
    if (augmenter->schema.name == name) {
      return augmenter;
    }
  }
  return nullptr;
}

}  // namespace fairground
