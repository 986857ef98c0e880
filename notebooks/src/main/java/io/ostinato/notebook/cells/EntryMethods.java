package io.ostinato.notebook.cells;

import io.ostinato.callback.Callback;
import io.ostinato.notebook.cells.CellMethod.Reference;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The methods of cells' classes that are called on executors by other code: those that override a
 * method of a class that is not of a cell, and those of deserialization. Of a callback only {@code
 * processData} runs there.
 */
final class EntryMethods implements ExecutorCode.EntryPoints {
  private static final Set<String> OF_DESERIALIZATION =
      Set.of("readObject", "readObjectNoData", "readResolve", "readExternal");

  @Override
  public Set<Reference> of(CellClass type) {
    Set<Class<?>> outside = outside(type);
    Set<String> inherited =
        outside.stream().anyMatch(Callback.class::isAssignableFrom)
            ? Set.of("processData")
            : names(outside);
    return type.methods().keySet().stream()
        .map(method -> reference(type, method))
        .filter(
            method ->
                inherited.contains(method.name()) || OF_DESERIALIZATION.contains(method.name()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Reference reference(CellClass type, String method) {
    int descriptor = method.indexOf('(');
    return new Reference(
        type.name(), method.substring(0, descriptor), method.substring(descriptor));
  }

  /** The nearest ancestors that are not of a cell. */
  private static Set<Class<?>> outside(CellClass type) {
    Set<Class<?>> outside = new LinkedHashSet<>();
    for (String parent : type.parents()) {
      Optional<CellClass> ofCell = CellClass.read(parent);
      if (ofCell.isPresent()) {
        outside.addAll(outside(ofCell.get()));
      } else {
        outside.add(load(parent));
      }
    }
    return outside;
  }

  private static Class<?> load(String internalName) {
    try {
      return Class.forName(
          internalName.replace('/', '.'), false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("the parent of a cell's class is missing", e);
    }
  }

  private static Set<String> names(Set<Class<?>> types) {
    return types.stream()
        .flatMap(EntryMethods::withAncestors)
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .map(Method::getName)
        .collect(Collectors.toSet());
  }

  private static Stream<Class<?>> withAncestors(Class<?> type) {
    Stream<Class<?>> above =
        Stream.concat(Stream.ofNullable(type.getSuperclass()), Arrays.stream(type.getInterfaces()));
    return Stream.concat(Stream.of(type), above.flatMap(EntryMethods::withAncestors));
  }
}
