package io.ostinato.jobs.config;

import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.describe.OwnKeys;
import io.ostinato.describe.UserClass;
import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.text.Excerpt;
import java.util.List;
import java.util.Optional;

/** The keys that users' classes declare. */
final class UserKeys {
  private UserKeys() {}

  /** Adds the keys that a user's class declares; false if they can't be determined. */
  static boolean add(
      Section section,
      Description description,
      String path,
      List<String> known,
      Mistakes mistakes) {
    OwnKeys own = description.ownKeys().orElse(null);
    if (own == null) {
      return true;
    }
    try {
      for (KeyInfo key : description(section, own).map(Description::keys).orElse(List.of())) {
        if (known.contains(key.name())) {
          throw new IllegalArgumentException(
              "the class declares the key '%s', which every class already has; rename it"
                  .formatted(key.name()));
        }
        known.add(key.name());
      }
      return true;
    } catch (IllegalArgumentException refusal) {
      mistakes.add(
          section.place(),
          (path.isEmpty() ? "" : "'" + Excerpt.of(path) + "': ") + refusal.getMessage());
      return false;
    }
  }

  /** The description of the keys that a user's class declares; empty if it declares none. */
  static Optional<Description> description(Section section, OwnKeys own) {
    return section
        .find(Kinds.KIND)
        .map(Entry::value)
        .filter(Value.class::isInstance)
        .flatMap(kind -> UserClass.parameters(((Value) kind).text(), own))
        .map(Description::of);
  }
}
