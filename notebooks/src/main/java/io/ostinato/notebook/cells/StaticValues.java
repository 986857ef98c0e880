package io.ostinato.notebook.cells;

import io.ostinato.notebook.cells.CellMethod.Reference;
import io.ostinato.notebook.cells.CellMethod.StaticField;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The values that static fields of cells' classes have in the notebook's process. */
record StaticValues(LoadedClasses loaded) {
  private static final Logger log = LoggerFactory.getLogger(StaticValues.class);

  /**
   * Describes the first field that has another value here than on executors, where it is not
   * assigned.
   *
   * @param unassigned the fields by the method that reads them on executors
   */
  Optional<String> problemOf(Map<Reference, Set<StaticField>> unassigned) {
    return unassigned.entrySet().stream()
        .flatMap(
            entry ->
                entry.getValue().stream()
                    .filter(this::isAssigned)
                    .map(field -> text(entry.getKey(), field)))
        .findFirst();
  }

  private static String text(Reference method, StaticField field) {
    return ("%s reads the static field '%s', which executors don't assign and would have its default"
            + " there; pass the value through a constructor and keep it in a field, or make it a"
            + " local variable")
        .formatted(CellNames.of(method), CellNames.of(field));
  }

  /** Whether the field has a value other than the default of its type. */
  private boolean isAssigned(StaticField field) {
    return loaded.find(field.owner()).flatMap(type -> find(type, field.name())).stream()
        .anyMatch(found -> !Objects.equals(value(found), defaultOf(found.getType())));
  }

  private static Optional<Field> find(Class<?> type, String name) {
    return Stream.<Class<?>>iterate(type, Objects::nonNull, Class::getSuperclass)
        .flatMap(each -> Stream.of(each.getDeclaredFields()))
        .filter(each -> each.getName().equals(name))
        .findFirst();
  }

  private static @Nullable Object value(Field field) {
    try {
      field.setAccessible(true);
      return field.get(null);
    } catch (IllegalAccessException | RuntimeException e) {
      log.warn("the static field {} can't be checked: {}", field, e.toString());
      return defaultOf(field.getType());
    }
  }

  private static @Nullable Object defaultOf(Class<?> type) {
    return Array.get(Array.newInstance(type, 1), 0);
  }
}
