package io.ostinato.jobs.quickstart;

import io.ostinato.storage.LocalRunFiles;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder with everything that {@code train} needs: {@code run.yaml} and the digits. Existing
 * files are not overwritten, so that a user's changes are kept.
 */
final class QuickstartFolder {
  static final String RUN = "run.yaml";

  private static final Pattern DATA = Pattern.compile("(?m)^( +path: )(digits/.+)$");
  private static final Pattern OUTPUT = Pattern.compile("(?m)^(output: ).+$");
  private static final int TEST_FILES = 2; // one for each thread of local[2]

  private final Path folder;

  QuickstartFolder(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  Path run() {
    return folder.resolve(RUN);
  }

  /**
   * Writes the missing files.
   *
   * @throws io.ostinato.storage.StorageException if a file can't be written
   */
  void write() {
    Digits digits = Digits.load();
    Path data = folder.resolve("digits");
    writeIfMissing(data, "train.jsonl", () -> lines(digits.train()));
    int number = 0;
    for (List<String> part : digits.test(TEST_FILES)) {
      writeIfMissing(data.resolve("test"), ++number + ".jsonl", () -> lines(part));
    }
    writeIfMissing(folder, RUN, this::configuration);
  }

  /**
   * The bundled {@code run.yaml} with absolute paths, since {@code train} resolves relative paths
   * against its working directory. Paths of data have the scheme {@code file}, since Hadoop's
   * default file system may be another one.
   */
  private String configuration() {
    String yaml = Resources.text(RUN);
    yaml = DATA.matcher(yaml).replaceAll(found -> line(found.group(1), uri(found.group(2))));
    return OUTPUT.matcher(yaml).replaceAll(found -> line(found.group(1), folder.toString()));
  }

  /** Not percent-encoded: Hadoop reads a {@code %20} in a path literally. */
  private String uri(String name) {
    String path = folder.resolve(name).toString().replace(File.separatorChar, '/');
    return "file://" + (path.startsWith("/") ? path : "/" + path);
  }

  private static String line(String key, String value) {
    return Matcher.quoteReplacement(key + "'" + value.replace("'", "''") + "'");
  }

  private static String lines(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }

  private static void writeIfMissing(Path folder, String name, Supplier<String> text) {
    LocalRunFiles files = LocalRunFiles.in(folder);
    if (!files.exists(name)) {
      byte[] bytes = text.get().getBytes(StandardCharsets.UTF_8);
      files.write(name, out -> out.write(bytes));
    }
  }
}
