package io.ostinato.jobs.config;

import io.ostinato.describe.Checked;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.describe.OwnKeys;
import io.ostinato.describe.Part;
import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.text.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Converts one section to a value. An exception of the value's class is reported at its place. */
final class SectionMaker {
  private static final Made NOTHING = new Made(null, null);

  private final Binder binder;
  private final Mistakes mistakes;
  private final Map<Object, Section> sections;

  SectionMaker(Binder binder, Mistakes mistakes, Map<Object, Section> sections) {
    this.binder = binder;
    this.mistakes = mistakes;
    this.sections = sections;
  }

  /**
   * Converts a section; empty if it is invalid, which has then been reported.
   *
   * @param written receives the plain configuration that yields the value
   */
  Optional<Made> make(
      Section given, Description description, Map<String, Object> written, String path) {
    Section section = filled(given, description);
    List<@Nullable Object> values = new ArrayList<>();
    boolean complete = true;
    for (Part part : description.parts()) {
      Optional<Made> value = value(section, part, written, path);
      complete &= value.isPresent();
      values.add(value.map(Made::value).orElse(null));
    }
    return complete ? construct(given, description, values, written, path) : Optional.empty();
  }

  /** Adds the key that is assumed if none of the description's keys is present. */
  private static Section filled(Section given, Description description) {
    String assumed = description.keyIfEmpty().orElse("");
    boolean isEmpty =
        description.keys().stream()
            .flatMap(key -> given.find(key.name()).stream())
            .allMatch(SectionMaker::isNothing);
    if (assumed.isEmpty() || !isEmpty) {
      return given;
    }
    String value = Long.toString(description.valueIfEmpty());
    return given.with(
        new Entry(given.place(), assumed, new Value(given.place(), value, Value.Form.WHOLE)));
  }

  private static boolean isNothing(Entry entry) {
    return entry.value() instanceof Value value && value.form() == Value.Form.NOTHING;
  }

  private Optional<Made> value(
      Section section, Part part, Map<String, Object> written, String path) {
    if (part instanceof Part.OfKey of) {
      Optional<Made> value = key(section, of.key(), path);
      value
          .filter(made -> !isLeftOut(made, of.key()))
          .ifPresent(made -> written.put(of.key().name(), made.written()));
      return value;
    }
    if (part instanceof Part.Inlined inlined) {
      return make(section, inlined.description(), written, path);
    }
    if (part instanceof Part.Own own) {
      return own(section, own.keys(), written, path);
    }
    return part instanceof Part.LeftOut
        ? Optional.of(NOTHING)
        : section
            .find(Kinds.KIND)
            .map(
                entry -> {
                  String name = ((Value) entry.value()).text();
                  written.put(Kinds.KIND, name);
                  return new Made(name, name);
                });
  }

  /** An empty optional list or map is equivalent to an absent one. */
  private static boolean isLeftOut(Made made, KeyInfo key) {
    boolean isEmpty =
        made.value() instanceof List<?> list && list.isEmpty()
            || made.value() instanceof Map<?, ?> map && map.isEmpty();
    return made.value() == null || isEmpty && key.key().optional();
  }

  private Optional<Made> key(Section section, KeyInfo key, String path) {
    Entry entry =
        key.names().stream().flatMap(name -> section.find(name).stream()).findFirst().orElse(null);
    if (entry != null && !isNothing(entry)) {
      return binder.key(entry, key, path);
    }
    if (key.isRequired()) {
      mistakes.add(
          entry == null ? section.place() : entry.place(),
          "'%s' is missing%s"
              .formatted(
                  Excerpt.of(Binder.join(path, key.name())),
                  key.key().value().isEmpty() ? "" : ": " + key.key().value()));
      return Optional.empty();
    }
    return absent(key, path);
  }

  private Optional<Made> absent(KeyInfo key, String path) {
    if (key.hasDefault()) {
      ConfigNode node =
          YamlReader.line("the default of " + key.name(), key.key().byDefault(), mistakes);
      return binder.typed(node, key.type(), Binder.join(path, key.name()));
    }
    Object nothing = Defaults.nothing(key.type());
    return Optional.of(new Made(nothing, nothing));
  }

  private Optional<Made> own(
      Section section, OwnKeys own, Map<String, Object> written, String path) {
    Optional<Description> declared;
    try {
      declared = UserKeys.description(section, own);
    } catch (IllegalArgumentException refusal) {
      return refused(section, refusal, path);
    }
    return declared.isEmpty() ? Optional.of(NOTHING) : make(section, declared.get(), written, path);
  }

  private Optional<Made> construct(
      Section section,
      Description description,
      List<@Nullable Object> values,
      Map<String, Object> written,
      String path) {
    try {
      Object value = description.make(values);
      sections.put(value, section);
      if (value instanceof Checked checked) {
        checked.check();
      }
      return Optional.of(new Made(value, written));
    } catch (IllegalArgumentException refusal) {
      return refused(section, refusal, path);
    }
  }

  private Optional<Made> refused(Section section, IllegalArgumentException why, String path) {
    mistakes.add(
        section.place(), (path.isEmpty() ? "" : "'" + Excerpt.of(path) + "': ") + why.getMessage());
    return Optional.empty();
  }
}
