package io.ostinato.spark.ui;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of the page, on the class path. */
final class PageFiles {
  /** Their folder, as the name of a resource. */
  static final String FOLDER = "io/ostinato/spark/ui/page";

  private static final List<String> NAMES = List.of("index.html", "ostinato.css", "ostinato.js");

  private PageFiles() {}

  /** Whether a class loader sees the folder, and not just the files in it. */
  static boolean areVisibleTo(ClassLoader loader) {
    return loader.getResource(FOLDER) != null;
  }

  /**
   * The location of the folder. A jar may have no entries for folders; then the files are copied to
   * a temporary one, which is deleted when this process ends.
   *
   * @throws IOException if the files are not on the class path, or can't be copied
   */
  static String location() throws IOException {
    URL location = PageFiles.class.getClassLoader().getResource(FOLDER);
    return location == null ? copied().toUri().toString() : location.toString();
  }

  private static Path copied() throws IOException {
    Path folder = Files.createTempDirectory("ostinato-page").toRealPath();
    folder.toFile().deleteOnExit();
    for (String name : NAMES) {
      Path copy = folder.resolve(name);
      try (InputStream file = resource(name)) {
        Files.copy(file, copy);
      }
      copy.toFile().deleteOnExit();
    }
    return folder;
  }

  private static InputStream resource(String name) throws FileNotFoundException {
    @Nullable InputStream file =
        PageFiles.class.getClassLoader().getResourceAsStream(FOLDER + "/" + name);
    if (file == null) {
      throw new FileNotFoundException(FOLDER + "/" + name + " is not on the class path");
    }
    return file;
  }
}
