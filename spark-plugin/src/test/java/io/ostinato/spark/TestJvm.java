package io.ostinato.spark;

import java.nio.file.Path;
import java.util.List;

/** The Java processes that tests start; those that these start themselves have no options. */
public final class TestJvm {
  private TestJvm() {}

  /** The program {@code java} of this process. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** What Spark requires of a virtual machine of Java 17. */
  public static List<String> sparkOptions() {
    return options("ostinato.tests.jvm.options");
  }

  /** What makes a process start faster, and would make a long one slower. */
  public static List<String> shortLivedOptions() {
    return options("ostinato.tests.jvm.short");
  }

  private static List<String> options(String property) {
    String options = System.getProperty(property, "").strip();
    return options.isEmpty() ? List.of() : List.of(options.split("\\s+"));
  }
}
