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
  if (augmenter.schema.media == Media::audio && augmenter.schema.stage > Stage::scene) {
    throw std::logic_error(augmenter.schema.name + ": of audio, only the stages up to the scene are built so far");
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
