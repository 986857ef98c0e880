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
 * PyTorch's native libraries on the class path, where the environment asks for others. Images for
 * training set {@code PYTORCH_VERSION} to say what they have; DJL takes it as the version to
 * download, and looks at no system property behind it. A folder of libraries goes before a version,
 * so the libraries of the class path are unpacked, where DJL itself would unpack them, and named as
 * that folder.
 */
final class ClassPathNatives {
  private static final Logger log = LoggerFactory.getLogger(NativeLibraries.class);
  private static final String FOLDER = "PYTORCH_LIBRARY_PATH";
  private static final String VERSION = "PYTORCH_VERSION";
  private static final String TORCH = System.mapLibraryName("torch");
  private static final String JNI = System.mapLibraryName("djl_torch");

  private ClassPathNatives() {}

  /**
   * The libraries of the class path, where they are to be preferred and DJL would not take them.
   *
   * @throws IllegalStateException if DJL can't be made to take them: it looks at a variable that is
   *     set before any system property, though the variable be empty
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
          "the environment has %s=%s, and PyTorch %s is on the class path, which DJL overlooks since"
                  .formatted(VERSION, asked, platform.getVersion())
              + " %1$s is set, though empty: unset %1$s".formatted(FOLDER));
    }
    return Optional.of(platform);
  }

  /** Makes DJL take these. */
  static void prefer(Platform platform) throws IOException {
    log.info(
        "the environment has another {}; PyTorch {}, which is on the class path, is used all the"
            + " same",
        VERSION,
        platform.getVersion());
    System.setProperty(FOLDER, unpacked(platform).toString());
  }

  /** The variables of an environment that decide which libraries DJL takes, with their values. */
  static List<String> decisive(Map<String, String> environment) {
    return Stream.of(FOLDER, VERSION)
        .filter(name -> !environment.getOrDefault(name, "").isEmpty())
        .map(name -> name + "=" + environment.get(name))
        .toList();
  }

  /** The folder with the libraries, which is DJL's own: whoever comes first fills it. */
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
