package io.ostinato.evaluation;

import java.lang.invoke.SerializedLambda;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * Checks whether code that is about to be sent to executors computes the same there.
 * Implementations are found by {@link ServiceLoader}, such as that of notebooks, whose cells have
 * variables that executors lack.
 */
public interface SentCode {

  /**
   * The reason that executors would compute something else, with the remedy; empty if there is
   * none.
   *
   * @param classes the classes of the objects that are sent, with their serializable superclasses
   * @param lambdas the lambdas and method references among the objects
   */
  Optional<String> problemOf(Set<Class<?>> classes, List<SerializedLambda> lambdas);
}
