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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The methods of cells' classes that are called on executors by other code: those that override a
 * method of a class that is not of a cell, and those of deserialization. Of a callback only {@code
 * processData} runs there.
 */
final class EntryMethods implements ExecutorCode.EntryPoints {
  private static final Logger log = LoggerFactory.getLogger(EntryMethods.class);

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
        load(parent).ifPresent(outside::add);
      }
    }
    return outside;
  }

  /** The class, by the loader of the cell that is running, or by that of this class. */
  private static Optional<Class<?>> load(String internalName) {
    String name = internalName.replace('/', '.');
    for (ClassLoader loader :
        Arrays.asList(
            Thread.currentThread().getContextClassLoader(), EntryMethods.class.getClassLoader())) {
      try {
        return Optional.of(Class.forName(name, false, loader));
      } catch (ClassNotFoundException e) {
        log.debug("{} is not known to {}", name, loader);
      }
    }
    log.warn("the variables that methods of a cell's {} read can't be checked", name);
    return Optional.empty();
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
