package io.ostinato.spark.engine;

import io.ostinato.evaluation.MissingClassException;
import io.ostinato.libraries.Reason;
import java.util.Objects;
import java.util.Optional;

/** Recognises failures of executors that lack a class of the application. */
final class MissingClasses {
  private static final String REMEDY =
      "; add its jar with --jars, or to spark.jars, which sends it to the executors";

  private static final String OF_LAMBDA =
      "the executors lack the class that contains a lambda or a method reference of this"
          + " application"
          + REMEDY.replace("its jar", "the jars of the application and of Ostinato");

  /** What the names of classes begin with that JShell, and with it Java kernels, make of cells. */
  private static final String OF_CELL = "REPL.$JShell$";

  private static final String REMEDY_OF_CELL =
      "; it is defined in a cell: use the kernel that notebooks/setup installs, or start the"
          + " notebook's JVM with -javaagent:ostinato-notebook.jar";

  private MissingClasses() {}

  /** The class that is missing and the remedy; empty for other failures. */
  static Optional<String> toldBy(Throwable thrown) {
    String message = Objects.requireNonNullElse(thrown.getMessage(), "");
    if (thrown instanceof MissingClassException missing) {
      return Optional.of(line(missing.className()));
    }
    if (thrown instanceof ClassNotFoundException) {
      return Optional.of(line(message));
    }
    if (thrown instanceof NoClassDefFoundError && thrown.getCause() == null) {
      return Optional.of(line(message.replace('/', '.')));
    }
    return Reason.isOfMissingLambda(thrown) ? Optional.of(OF_LAMBDA) : Optional.empty();
  }

  private static String line(String name) {
    return "the class '%s' is missing on the executors".formatted(name)
        + (name.startsWith(OF_CELL) ? REMEDY_OF_CELL : REMEDY);
  }
}
