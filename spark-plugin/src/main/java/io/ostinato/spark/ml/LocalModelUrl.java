package io.ostinato.spark.ml;

import ai.djl.util.Utils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a model as DJL can read it. A model on a file system of Hadoop is copied to a
 * temporary folder until this is closed.
 */
final class LocalModelUrl implements AutoCloseable {
  private static final Set<String> OF_DJL = Set.of("file", "jar", "djl", "http", "https");
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):.*");

  private final String url;
  private final java.nio.file.@Nullable Path copy;

  private LocalModelUrl(String url, java.nio.file.@Nullable Path copy) {
    this.url = url;
    this.copy = copy;
  }

  /**
   * Copies the model unless DJL can read it itself.
   *
   * @throws IllegalArgumentException if there is no such folder or file
   * @throws UncheckedIOException if it can't be copied
   */
  static LocalModelUrl of(String url, Configuration configuration) {
    Matcher scheme = SCHEME.matcher(url);
    if (!scheme.matches() || OF_DJL.contains(scheme.group(1).toLowerCase(Locale.ROOT))) {
      return new LocalModelUrl(url, null);
    }
    try {
      return copied(url, configuration);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the model at '%s'".formatted(url), e);
    }
  }

  private static LocalModelUrl copied(String url, Configuration configuration) throws IOException {
    int query = url.indexOf('?');
    Path source = new Path(query < 0 ? url : url.substring(0, query));
    FileSystem system = source.getFileSystem(configuration);
    if (!system.exists(source)) {
      throw new IllegalArgumentException("there is no such folder or file");
    }
    java.nio.file.Path folder = Files.createTempDirectory("ostinato-model");
    try {
      java.nio.file.Path target = folder.resolve(source.getName());
      system.copyToLocalFile(false, source, new Path(target.toUri()), true);
      return new LocalModelUrl(target.toUri() + (query < 0 ? "" : url.substring(query)), folder);
    } catch (IOException | RuntimeException e) {
      Utils.deleteQuietly(folder);
      throw e;
    }
  }

  /** The URL for DJL. */
  String url() {
    return url;
  }

  @Override
  public void close() {
    if (copy != null) {
      Utils.deleteQuietly(copy);
    }
  }
}
