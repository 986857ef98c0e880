package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.MissingJar;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SerializedBytesTest {
  /** A class with a lambda, a constructor reference, and an ordinary object. */
  private static final String SOURCE =
      """
      package missing;
      public final class Mine implements java.io.Serializable, java.util.concurrent.Callable<Object> {
        public interface Factory extends java.util.concurrent.Callable<Object>, java.io.Serializable {}
        public Object call() throws Exception {
          Factory lambda = () -> "made";
          return lambda;
        }
        public static Object reference() {
          return (Factory) Mine::new;
        }
      }
      """;

  @TempDir Path folder;

  /** What is sent: a field of an interface that both sides have. */
  private record Sent(ArrayList<Callable<?>> callables) implements Serializable {}

  @Test
  void theMissingClassIsNamedWhateverStandsForIt() throws Exception {
    try (MissingJar jar = MissingJar.of(folder, "missing.Mine", SOURCE)) {
      Callable<?> object = (Callable<?>) jar.type().getConstructor().newInstance();
      Callable<?> lambda = (Callable<?>) object.call();
      Callable<?> reference = (Callable<?>) jar.type().getMethod("reference").invoke(null);
      for (Callable<?> each : List.of(object, lambda, reference)) {
        byte[] bytes = SerializedBytes.of(new Sent(new ArrayList<>(List.of(each))));
        assertThat(jar.call(() -> SerializedBytes.read(bytes, Sent.class)).callables()).hasSize(1);
        assertThatThrownBy(() -> SerializedBytes.read(bytes, Sent.class))
            .isInstanceOfSatisfying(
                MissingClassException.class,
                e -> assertThat(e.className()).startsWith("missing.Mine"))
            .hasMessageStartingWith("the class 'missing.Mine")
            .hasMessageEndingWith(
                "' is missing in this process; add its jar to all processes, with --jars or"
                    + " spark.jars");
      }
    }
  }

  /** As for a model whose factory is a field of a type that is not the lambda's. */
  @Test
  void aLambdaInATypedFieldIsNamedToo() throws IOException, Exception {
    try (MissingJar jar = MissingJar.of(folder, "missing.Mine", SOURCE)) {
      Callable<?> object = (Callable<?>) jar.type().getConstructor().newInstance();
      byte[] bytes = SerializedBytes.of(new Typed((Callable<?>) object.call()));
      assertThatThrownBy(() -> SerializedBytes.read(bytes, Typed.class))
          .isInstanceOf(MissingClassException.class)
          .hasMessageContaining("'missing.Mine");
    }
  }

  private static final class Typed implements Serializable {
    private static final long serialVersionUID = 1;

    @SuppressWarnings({"serial", "unused"})
    private final Callable<?> factory;

    Typed(Callable<?> factory) {
      this.factory = factory;
    }
  }
}
