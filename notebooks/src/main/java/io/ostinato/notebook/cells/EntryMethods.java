package io.ostinato.notebook.cells;

import io.ostinato.callback.Callback;
import io.ostinato.notebook.cells.CellMethod.Reference;
import java.io.Externalizable;
import java.io.Serializable;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The methods of cells' classes that are called on executors by other code: those that override a
 * method of a class that is not of a cell, and those of deserialization. Of a callback, only its
 * hooks for batches run there.
 */
record EntryMethods(LoadedClasses loaded) implements ExecutorCode.EntryPoints {
  private static final Set<String> OF_CALLBACKS =
      Set.of("processData", "processOutputs", "processingEnds");

  private static final Set<String> OF_DESERIALIZATION =
      Set.of("readObject", "readObjectNoData", "readResolve", "readExternal");

  @Override
  public Set<Reference> of(CellClass type) {
    Set<Class<?>> outside = outside(type);
    Set<String> inherited =
        outside.stream().anyMatch(Callback.class::isAssignableFrom) ? OF_CALLBACKS : names(outside);
    Set<Reference> methods =
        type.methods().keySet().stream()
            .map(method -> reference(type, method))
            .filter(
                method ->
                    inherited.contains(method.name()) || OF_DESERIALIZATION.contains(method.name()))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    loaded.find(type.name()).flatMap(EntryMethods::constructor).ifPresent(methods::add);
    return methods;
  }

  /** The constructor that deserialization calls: that of a record, or of a superclass. */
  private static Optional<Reference> constructor(Class<?> type) {
    if (!Serializable.class.isAssignableFrom(type)) {
      return Optional.empty();
    }
    if (type.isRecord()) {
      Class<?>[] components =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      return Optional.of(reference(type, components));
    }
    Class<?> made = type;
    while (Serializable.class.isAssignableFrom(made)
        && !Externalizable.class.isAssignableFrom(type)) {
      made = made.getSuperclass();
      if (made == null) {
        return Optional.empty(); // an interface
      }
    }
    return Optional.of(reference(made));
  }

  private static Reference reference(Class<?> type, Class<?>... parameters) {
    return new Reference(
        type.getName().replace('.', '/'),
        "<init>",
        MethodType.methodType(void.class, parameters).toMethodDescriptorString());
  }

  private static Reference reference(CellClass type, String method) {
    int descriptor = method.indexOf('(');
    return new Reference(
        type.name(), method.substring(0, descriptor), method.substring(descriptor));
  }

  /** The nearest ancestors that are not of a cell. */
  private Set<Class<?>> outside(CellClass type) {
    Set<Class<?>> outside = new LinkedHashSet<>();
    for (String parent : type.parents()) {
      Optional<CellClass> ofCell = CellClass.read(parent);
      if (ofCell.isPresent()) {
        outside.addAll(outside(ofCell.get()));
      } else {
        loaded.find(parent).ifPresent(outside::add);
      }
    }
    return outside;
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
