package io.ostinato.notebook.cells;

import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classes of cells in the notebook's process, and those that they extend.
 *
 * @param sent classes of objects that are sent to executors, whose loaders know the others
 */
record LoadedClasses(Collection<Class<?>> sent) {
  private static final Logger log = LoggerFactory.getLogger(LoadedClasses.class);

  /** The class, by the loader of one that is sent, of the cell that is running, or of this one. */
  Optional<Class<?>> find(String internalName) {
    String name = internalName.replace('/', '.');
    Optional<Class<?>> found =
        Stream.concat(
                sent.stream().map(Class::getClassLoader),
                Stream.of(
                    Thread.currentThread().getContextClassLoader(),
                    LoadedClasses.class.getClassLoader()))
            .distinct()
            .flatMap(loader -> by(loader, name).stream())
            .findFirst();
    if (found.isEmpty()) {
      log.warn("the variables that methods of a cell's {} read can't be checked", name);
    }
    return found;
  }

  private static Optional<Class<?>> by(ClassLoader loader, String name) {
    try {
      return Optional.of(Class.forName(name, false, loader));
    } catch (ClassNotFoundException e) {
      log.debug("{} is not known to {}", name, loader);
      return Optional.empty();
    }
  }
}
