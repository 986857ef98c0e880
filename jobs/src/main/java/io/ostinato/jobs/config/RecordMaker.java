package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes one record of a section. What a record refuses is told at its place. */
final class RecordMaker {
  private final Typed typed;
  private final KeyValue keyValue;
  private final Mistakes mistakes;
  private final Map<Object, Section> sections;

  /** Makes a value of a type. */
  interface Typed {
    Optional<Object> value(ConfigNode node, Type type, String path);
  }

  /** Makes the value of a key that is there. */
  interface KeyValue {
    Optional<Object> value(Entry entry, KeyInfo key, String path);
  }

  RecordMaker(Typed typed, KeyValue keyValue, Mistakes mistakes, Map<Object, Section> sections) {
    this.typed = typed;
    this.keyValue = keyValue;
    this.mistakes = mistakes;
    this.sections = sections;
  }

  Optional<Object> make(Section section, Class<?> type, String path) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] arguments = new @Nullable Object[components.length];
    boolean complete = true;
    for (int i = 0; i < components.length; i++) {
      Optional<Argument> argument = argument(section, components[i], path);
      complete &= argument.isPresent();
      arguments[i] = argument.map(Argument::value).orElse(null);
    }
    return complete ? construct(section, type, arguments, path) : Optional.empty();
  }

  /** A value that may be null. */
  private record Argument(@Nullable Object value) {}

  private Optional<Argument> argument(Section section, RecordComponent component, String path) {
    if (component.isAnnotationPresent(Inline.class)) {
      return make(section, component.getType(), path).map(Argument::new);
    }
    if (KeyInfo.isKind(component)) {
      return section.find(Kinds.KIND).map(entry -> new Argument(((Value) entry.value()).text()));
    }
    OwnKeys own = component.getAnnotation(OwnKeys.class);
    if (own != null) {
      return parameters(section, own, path);
    }
    KeyInfo key = KeyInfo.of(component);
    Entry entry = key.findIn(section).orElse(null);
    boolean isThere =
        entry != null
            && !(entry.value() instanceof Value value && value.form() == Value.Form.NOTHING);
    if (entry != null && isThere) {
      return keyValue.value(entry, key, path).map(Argument::new);
    }
    if (key.isNeeded()) {
      mistakes.add(
          entry == null ? section.place() : entry.place(),
          "'%s' is missing%s"
              .formatted(
                  Binder.join(path, key.name()),
                  key.key().value().isEmpty() ? "" : ": " + key.key().value()));
      return Optional.empty();
    }
    return absent(key, path);
  }

  private Optional<Argument> parameters(Section section, OwnKeys own, String path) {
    Optional<Class<?>> parameters;
    try {
      parameters = UserClass.parameters(section, own);
    } catch (IllegalArgumentException refusal) {
      refused(section, refusal, path);
      return Optional.empty();
    }
    return parameters.isEmpty()
        ? Optional.of(new Argument(null))
        : make(section, parameters.get(), path).map(Argument::new);
  }

  private Optional<Argument> absent(KeyInfo key, String path) {
    if (!key.key().byDefault().isEmpty()) {
      ConfigNode node =
          YamlReader.line("the default of " + key.name(), key.key().byDefault(), mistakes);
      return typed.value(node, key.type(), Binder.join(path, key.name())).map(Argument::new);
    }
    Class<?> type = key.component().getType();
    if (type == List.class) {
      return Optional.of(new Argument(List.of()));
    }
    return Optional.of(new Argument(type == Map.class ? Map.of() : null));
  }

  private Optional<Object> construct(
      Section section, Class<?> type, @Nullable Object[] arguments, String path) {
    Class<?>[] types =
        Stream.of(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class[]::new);
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      Object record = constructor.newInstance(arguments);
      sections.put(record, section);
      return checked(section, record, path);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refusal) {
        return refused(section, refusal, path);
      }
      throw new IllegalStateException(type + " can't be made", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " can't be made", e);
    }
  }

  private Optional<Object> checked(Section section, Object record, String path) {
    try {
      if (record instanceof Checked checked) {
        checked.check();
      }
      return Optional.of(record);
    } catch (IllegalArgumentException refusal) {
      return refused(section, refusal, path);
    }
  }

  private Optional<Object> refused(Section section, IllegalArgumentException why, String path) {
    mistakes.add(section.place(), (path.isEmpty() ? "" : "'" + path + "': ") + why.getMessage());
    return Optional.empty();
  }
}
