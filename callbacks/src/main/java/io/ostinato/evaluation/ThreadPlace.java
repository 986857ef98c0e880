package io.ostinato.evaluation;

import java.util.Optional;
import java.util.stream.Stream;

/** Tells where a thread is, for the log line about one that doesn't end. */
public final class ThreadPlace {
  private ThreadPlace() {}

  /**
   * The line at which a thread is, and the line outside the JDK that called it, such as {@code
   * java.lang.Thread.sleep, called by com.example.Slow.processData, line 12}.
   */
  public static String of(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    if (stack.length == 0) {
      return "its last step";
    }
    Optional<StackTraceElement> caller =
        Stream.of(stack).filter(frame -> !isOfJdk(frame.getClassName())).findFirst();
    return caller.isEmpty() || caller.get().equals(stack[0])
        ? text(stack[0])
        : "%s, called by %s".formatted(text(stack[0]), text(caller.get()));
  }

  private static String text(StackTraceElement frame) {
    return frame.isNativeMethod()
        ? "%s.%s".formatted(frame.getClassName(), frame.getMethodName())
        : "%s.%s, line %s"
            .formatted(frame.getClassName(), frame.getMethodName(), frame.getLineNumber());
  }

  private static boolean isOfJdk(String type) {
    return Stream.of("java.", "javax.", "jdk.", "sun.").anyMatch(type::startsWith);
  }
}
