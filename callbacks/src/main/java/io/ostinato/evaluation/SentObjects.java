package io.ostinato.evaluation;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.lang.invoke.SerializedLambda;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;

/** Writes objects for executors, and remembers whose code will run there. Not thread-safe. */
public final class SentObjects extends ObjectOutputStream {
  private static final List<SentCode> CHECKS =
      ServiceLoader.load(SentCode.class, SentCode.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private final Set<Class<?>> classes = new LinkedHashSet<>();
  private final List<SerializedLambda> lambdas = new ArrayList<>();

  /** Writes to a stream, which {@link #close} closes. */
  public SentObjects(OutputStream out) throws IOException {
    super(out);
    enableReplaceObject(true);
  }

  /** The reason that executors would compute something else with the objects written so far. */
  public Optional<String> problem() {
    return CHECKS.stream().flatMap(check -> check.problemOf(classes, lambdas).stream()).findFirst();
  }

  @Override
  protected void annotateClass(Class<?> type) {
    classes.add(type);
  }

  @Override
  protected Object replaceObject(Object object) {
    if (object instanceof SerializedLambda lambda) {
      lambdas.add(lambda);
    }
    return object;
  }
}
