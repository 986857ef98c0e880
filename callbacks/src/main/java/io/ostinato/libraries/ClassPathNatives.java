package io.ostinato.libraries;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prefers PyTorch's native libraries on the class path if the environment specifies others.
 * Training images set {@code PYTORCH_VERSION} to document what they contain; DJL treats it as the
 * version to download, and then ignores its own system property for the version. A folder of
 * libraries takes precedence over a version, so the libraries of the class path are unpacked where
 * DJL itself would unpack them, and configured as that folder.
 */
final class ClassPathNatives {
  private static final Logger log = LoggerFactory.getLogger(NativeLibraries.class);
  private static final String FOLDER = "PYTORCH_LIBRARY_PATH";
  private static final String VERSION = "PYTORCH_VERSION";
  private static final String TORCH = System.mapLibraryName("torch");
  private static final String JNI = System.mapLibraryName("djl_torch");

  private ClassPathNatives() {}

  /**
   * The libraries of the class path if they are to be preferred but DJL would not use them.
   *
   * @throws IllegalStateException if DJL can't be made to use them: an environment variable takes
   *     precedence over the system property even if it is empty
   */
  static Optional<Platform> overlooked(Map<String, String> environment) {
    String asked = environment.getOrDefault(VERSION, "");
    boolean folderGiven =
        !environment.getOrDefault(FOLDER, "").isBlank() || System.getProperty(FOLDER) != null;
    if (asked.isEmpty() || folderGiven) {
      return Optional.empty();
    }
    Platform platform = Platform.detectPlatform("pytorch");
    if (platform.isPlaceholder() || platform.getVersion().startsWith(asked)) {
      return Optional.empty();
    }
    if (environment.containsKey(FOLDER)) {
      throw new IllegalStateException(
          "the environment sets %s=%s, and DJL ignores PyTorch %s on the class path because"
                  .formatted(VERSION, asked, platform.getVersion())
              + " %1$s is set but empty: unset %1$s".formatted(FOLDER));
    }
    return Optional.of(platform);
  }

  /** Makes DJL use these libraries. */
  static void prefer(Platform platform) throws IOException {
    log.info(
        "the environment sets a different {}; PyTorch {} from the class path is used instead",
        VERSION,
        platform.getVersion());
    System.setProperty(FOLDER, unpacked(platform).toString());
  }

  /** The environment variables that determine which libraries DJL uses, with their values. */
  static List<String> decisive(Map<String, String> environment) {
    return Stream.of(FOLDER, VERSION)
        .filter(name -> !environment.getOrDefault(name, "").isEmpty())
        .map(name -> name + "=" + environment.get(name))
        .toList();
  }

  /** The folder with the libraries, which is DJL's own; filled if DJL has not filled it yet. */
  private static Path unpacked(Platform platform) throws IOException {
    Path cache = Utils.getEngineCacheDir("pytorch");
    String classifier = platform.getClassifier();
    String flavor = platform.getFlavor();
    Path folder = cache.resolve(platform.getVersion() + "-" + flavor + "-" + classifier);
    if (!Files.exists(folder.resolve(TORCH))) {
      Utils.deleteQuietly(folder);
      Files.createDirectories(cache);
      Path part = Files.createTempDirectory(cache, "tmp");
      for (String library : platform.getLibraries()) {
        unpack("pytorch/" + flavor + "/" + classifier + "/" + library, part.resolve(library));
      }
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    }
    Path jni = folder.resolve(platform.getApiVersion() + "-" + JNI);
    if (!Files.exists(jni)) {
      Path part = Files.createTempFile(folder, "jni", "tmp");
      unpack("jnilib/" + classifier + "/" + flavor + "/" + JNI, part);
      Files.move(part, jni, StandardCopyOption.ATOMIC_MOVE);
    }
    return folder;
  }

  private static void unpack(String resource, Path file) throws IOException {
    try (InputStream in = ClassLoaderUtils.getResourceAsStream(resource)) {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
