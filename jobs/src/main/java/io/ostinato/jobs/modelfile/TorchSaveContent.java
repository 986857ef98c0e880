package io.ostinato.jobs.modelfile;

import io.ostinato.pickle.PickleReader;
import io.ostinato.pickle.Pickled;
import io.ostinato.pickle.Pickled.Items;
import io.ostinato.pickle.Pickled.Storage;
import io.ostinato.pickle.Pickled.Text;
import io.ostinato.pickle.Pickled.Whole;
import io.ostinato.torchscript.ZipContent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value written by {@code torch.save}, and the storages of its tensors.
 *
 * @param storages the content of the storages
 * @param order the order of the bytes in them
 */
record TorchSaveContent(Pickled value, Storages storages, ByteOrder order) {
  private static final String PICKLE = "data.pkl";

  /** The content of storages. */
  @FunctionalInterface
  interface Storages {
    /** The content of the storage with this key; empty if it is missing. */
    Optional<ByteBuffer> of(String key);
  }

  /** The pickles before the value in the format before PyTorch 1.6. */
  private static final int PICKLES_BEFORE = 3;

  private static final int SYSTEM = 2;
  private static final String IS_LITTLE_ENDIAN = "little_endian";

  /**
   * Reads an archive, as written since PyTorch 1.6.
   *
   * @throws IllegalArgumentException if it is damaged or has no such value
   */
  static TorchSaveContent ofArchive(byte[] content) {
    ZipContent zip = new ZipContent(content);
    if (!zip.isWhole()) {
      throw new IllegalArgumentException(
          "it is truncated after %s bytes; was it still being written?".formatted(content.length));
    }
    zip.check();
    Map<String, ByteBuffer> files = new HashMap<>();
    @Nullable String root = null;
    for (ZipContent.Place place : zip.places().orElseThrow()) {
      String name = place.entry().name();
      if (place.entry().sizeBytes() == place.entry().storedBytes()) {
        files.put(name, ByteBuffer.wrap(content, place.from(), place.to() - place.from()).slice());
      }
      if (root == null && (name.equals(PICKLE) || name.endsWith("/" + PICKLE))) {
        root = name.substring(0, name.length() - PICKLE.length());
      }
    }
    @Nullable ByteBuffer pickle = root == null ? null : files.get(root + PICKLE);
    if (root == null || pickle == null) {
      throw new IllegalArgumentException(
          root == null
              ? "it is an archive without a value of torch.save"
              : "the files in its archive are compressed; save it again with torch.save");
    }
    Pickled value = new PickleReader(bytes(pickle)).next();
    String folder = root + "data/";
    return new TorchSaveContent(
        value,
        key -> Optional.ofNullable(files.get(folder + key)),
        order(Optional.ofNullable(files.get(root + "byteorder"))));
  }

  /**
   * Reads a single file, as written before PyTorch 1.6: pickles, then the storages one after
   * another. It has no checksum.
   *
   * @throws IllegalArgumentException if it is truncated or damaged
   */
  static TorchSaveContent ofLegacy(byte[] content) {
    PickleReader reader = new PickleReader(content);
    ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    for (int i = 0; i < PICKLES_BEFORE; i++) {
      Pickled head = reader.next();
      boolean isBig =
          i == SYSTEM
              && head.entries().get(IS_LITTLE_ENDIAN) instanceof Whole flag
              && flag.value() == 0;
      order = isBig ? ByteOrder.BIG_ENDIAN : order;
    }
    Pickled value = reader.next();
    Pickled keys = reader.next();
    ByteBuffer rest =
        ByteBuffer.wrap(content, reader.position(), content.length - reader.position())
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    Map<String, ByteBuffer> storages = new HashMap<>();
    if (keys instanceof Items all) {
      for (Pickled key : all.values()) {
        Storage storage = key instanceof Text text ? reader.storages().get(text.value()) : null;
        if (storage == null) {
          throw new IllegalArgumentException("it has a storage that no tensor has");
        }
        storages.put(storage.key(), next(rest, storage));
      }
    }
    return new TorchSaveContent(value, key -> Optional.ofNullable(storages.get(key)), order);
  }

  /** Takes a storage: its number of elements, then these. */
  private static ByteBuffer next(ByteBuffer rest, Storage storage) {
    long bytes = storage.sizeBytes();
    if (bytes < 0) {
      throw new IllegalArgumentException(
          "it has a storage of the unknown type " + PickledEntry.quoted(storage.type()));
    } else if (rest.remaining() < Long.BYTES || rest.remaining() - Long.BYTES < bytes) {
      throw new IllegalArgumentException("it is truncated; was it still being written?");
    }
    long elements = rest.getLong();
    if (elements != storage.size()) {
      throw new IllegalArgumentException(
          "it is damaged: a storage has %s elements instead of %s"
              .formatted(elements, storage.size()));
    }
    ByteBuffer content = rest.slice(rest.position(), (int) bytes);
    rest.position(rest.position() + (int) bytes);
    return content;
  }

  /** The order of bytes that a file in an archive names; little-endian if there is none. */
  static ByteOrder order(Optional<ByteBuffer> name) {
    return name.map(bytes -> StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString().strip())
            .filter("big"::equals)
            .isPresent()
        ? ByteOrder.BIG_ENDIAN
        : ByteOrder.LITTLE_ENDIAN;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
