package io.ostinato.spark.plugin;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Suppresses one warning of libtorch. DJL's native code copies numbers into an array by a
 * deprecated function, about which libtorch warns once, on standard error. Users can't do anything
 * about it, so the warning is provoked while libtorch's warnings are off. All others are shown.
 */
final class TorchWarnings {
  private static final Logger log = LoggerFactory.getLogger(NativeEngine.class);
  private static final Path LOADED = Path.of("/proc/self/maps");
  private static final String LIBRARY = "/libc10.so";
  private static final String LEVEL = "FLAGS_caffe2_log_level";
  private static final int ERROR = 2;

  private TorchWarnings() {}

  /**
   * Provokes the warning unseen; if libtorch isn't found, does nothing and the warning will appear.
   */
  static void sayUnseen(Engine engine) {
    try {
      Optional<String> library = library();
      if (library.isPresent()) {
        sayUnseen(engine, NativeLibrary.getInstance(library.get()));
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      log.debug("libtorch's warnings can't be turned off", e);
    }
  }

  private static void sayUnseen(Engine engine, NativeLibrary library) {
    Pointer level = library.getGlobalVariableAddress(LEVEL);
    int before = level.getInt(0);
    level.setInt(0, ERROR);
    try (NDManager manager = engine.newBaseManager(Device.cpu())) {
      manager.create(0f).set(new float[] {1});
    } finally {
      level.setInt(0, before);
    }
  }

  private static Optional<String> library() throws IOException {
    if (!Files.isReadable(LOADED)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(LOADED)) {
      return lines
          .filter(line -> line.endsWith(LIBRARY))
          .map(line -> line.substring(line.indexOf('/')))
          .findFirst();
    }
  }
}
