package io.ostinato.notebook.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.ProtectionDomain;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The class files of cells, in the folder from which executors load them. Thread-safe. */
public final class CellClasses implements ClassFileTransformer {
  /** Spark's setting for the folder whose classes it serves to executors. */
  public static final String FOLDER_SETTING = "spark.repl.class.outputDir";

  /** What the internal names of JShell's classes begin with. */
  static final String PACKAGE = "REPL/";

  private final Path folder;

  CellClasses(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens the folder that {@value #FOLDER_SETTING} names among the system properties; without one,
   * a temporary folder, which is set there and is deleted when this process ends.
   */
  static CellClasses open() throws IOException {
    String configured = System.getProperty(FOLDER_SETTING);
    if (configured != null) {
      return new CellClasses(Files.createDirectories(Path.of(configured)));
    }
    Path temporary = Files.createTempDirectory("ostinato-cells");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(temporary)));
    System.setProperty(FOLDER_SETTING, temporary.toString());
    return new CellClasses(temporary);
  }

  /**
   * The class file of a class of a cell; empty for other classes, and in a process without the
   * agent.
   *
   * @param internalName the name with slashes, such as {@code REPL/$JShell$11$Accuracy}
   */
  public static Optional<byte[]> classFile(String internalName) {
    String folder = System.getProperty(FOLDER_SETTING);
    if (folder == null || !internalName.startsWith(PACKAGE)) {
      return Optional.empty();
    }
    Path file = file(Path.of(folder), internalName);
    try {
      return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the class file, if it is a cell's. Never changes a class. */
  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String internalName,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    if (internalName != null && internalName.startsWith(PACKAGE)) {
      try {
        write(internalName, classFile);
      } catch (IOException | RuntimeException e) {
        // The JVM drops what a transformer throws.
        System.err.println(
            "ostinato: executors won't find the class "
                + internalName.replace('/', '.')
                + ": "
                + e);
      }
    }
    return null;
  }

  /** Writes a class file whole: executors may ask for it at any time. */
  private void write(String internalName, byte[] classFile) throws IOException {
    Path file = file(folder, internalName);
    Files.createDirectories(folder.resolve(PACKAGE));
    Path temporary = Files.createTempFile(folder, "class", null);
    Files.write(temporary, classFile);
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path file(Path folder, String internalName) {
    return folder.resolve(internalName + ".class");
  }

  /** Deletes the folder, as far as possible; what is left is in the folder for temporary files. */
  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      System.err.println("ostinato: the folder " + folder + " couldn't be deleted: " + e);
    }
  }
}
