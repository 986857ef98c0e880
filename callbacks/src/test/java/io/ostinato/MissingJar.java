package io.ostinato;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import javax.tools.ToolProvider;

/** A class that this process has, but no other: compiled by the test, with a loader of its own. */
public final class MissingJar implements AutoCloseable {
  private final URLClassLoader loader;
  private final Class<?> type;

  private MissingJar(URLClassLoader loader, Class<?> type) {
    this.loader = loader;
    this.type = type;
  }

  /** Compiles a class into a folder. */
  public static MissingJar of(Path folder, String name, String source)
      throws IOException, ClassNotFoundException {
    Path file = folder.resolve(name.substring(name.lastIndexOf('.') + 1) + ".java");
    Files.writeString(file, source);
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                file.toString());
    assertThat(code).isZero();
    URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, MissingJar.class.getClassLoader());
    return new MissingJar(loader, loader.loadClass(name));
  }

  public Class<?> type() {
    return type;
  }

  /** Runs code that finds the class. */
  public <T> T call(Callable<T> code) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return code.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
