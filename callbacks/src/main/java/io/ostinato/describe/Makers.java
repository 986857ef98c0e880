package io.ostinato.describe;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Calls the constructors and methods with which configurations create values. */
final class Makers {
  private Makers() {}

  /** The method of a class with this annotation, if there is one. */
  static Optional<Method> annotated(Class<?> type, Class<? extends Annotation> annotation) {
    return Stream.of(type.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(annotation))
        .findFirst();
  }

  static Object invoke(Method method, @Nullable Object on, @Nullable Object... arguments) {
    return call(method, () -> method.invoke(on, arguments));
  }

  static Object construct(Constructor<?> constructor, @Nullable Object... arguments) {
    return call(constructor, () -> constructor.newInstance(arguments));
  }

  private interface Call {
    Object make() throws ReflectiveOperationException;
  }

  /**
   * Passes on what the maker throws; an {@link IllegalArgumentException} means that it rejected the
   * arguments.
   */
  private static Object call(Executable maker, Call call) {
    maker.setAccessible(true);
    try {
      return call.make();
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw new IllegalStateException(maker + " failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(maker + " can't be called", e);
    }
  }
}
