package io.ostinato.storage;

import ai.djl.ndarray.types.DataType;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.ostinato.storage.SafetensorsHeader.Slot;
import io.ostinato.weights.HostArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The safetensors format (Hugging Face): the length of the header in 8 bytes, a JSON header, and
 * the elements of all arrays, little-endian, one array after another. Arrays are streamed, and
 * their order is kept.
 *
 * @param arrays arrays with unique names
 * @param metadata free text by key
 */
public record Safetensors(List<HostArray> arrays, Map<String, String> metadata) {
  private static final int LEAST_HEADER_BYTES = 2;

  /** The limit of the format's own library. */
  private static final int MOST_HEADER_BYTES = 100_000_000;

  private static final Gson GSON = new Gson();
  private static final Map<DataType, String> NAMES = new EnumMap<>(DataType.class);
  private static final Map<String, DataType> TYPES = new HashMap<>();

  static {
    NAMES.put(DataType.FLOAT64, "F64");
    NAMES.put(DataType.FLOAT32, "F32");
    NAMES.put(DataType.FLOAT16, "F16");
    NAMES.put(DataType.BFLOAT16, "BF16");
    NAMES.put(DataType.INT64, "I64");
    NAMES.put(DataType.INT32, "I32");
    NAMES.put(DataType.INT16, "I16");
    NAMES.put(DataType.INT8, "I8");
    NAMES.put(DataType.UINT64, "U64");
    NAMES.put(DataType.UINT32, "U32");
    NAMES.put(DataType.UINT16, "U16");
    NAMES.put(DataType.UINT8, "U8");
    NAMES.put(DataType.BOOLEAN, "BOOL");
    NAMES.forEach((type, name) -> TYPES.put(name, type));
  }

  public Safetensors {
    arrays = List.copyOf(arrays);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Writes the arrays; the stream stays open.
   *
   * @throws IllegalArgumentException if two arrays have the same name, or the format doesn't
   *     support a data type
   */
  public void writeTo(OutputStream out) throws IOException {
    byte[] header = header();
    out.write(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .array());
    out.write(header);
    for (HostArray array : arrays) {
      array.writeTo(out);
    }
  }

  /**
   * Reads a whole stream of unknown length, which stays open.
   *
   * @throws StorageException if it is not in this format, or is truncated; says where
   */
  public static Safetensors readFrom(InputStream in) throws IOException {
    return readFrom(in, Long.MAX_VALUE);
  }

  /**
   * Reads a whole stream, which stays open. Memory is allocated only for arrays that fit in the
   * file.
   *
   * @param fileBytes the size of the file; the stream may have fewer bytes
   * @throws StorageException if it is not in this format, or is truncated; says where
   */
  public static Safetensors readFrom(InputStream in, long fileBytes) throws IOException {
    byte[] first = in.readNBytes(Long.BYTES);
    if (first.length < Long.BYTES) {
      throw truncated(first.length);
    }
    long length = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < LEAST_HEADER_BYTES || length > MOST_HEADER_BYTES) {
      throw new StorageException(
          "this is no safetensors file: its header would have %s bytes; copy or save the file again"
              .formatted(Long.toUnsignedString(length)));
    }
    byte[] header = in.readNBytes((int) Math.min(length, fileBytes));
    if (header.length < length) {
      throw truncated(Long.BYTES + header.length);
    }
    SafetensorsHeader parsed = SafetensorsHeader.parse(header);
    return new Safetensors(arrays(parsed, in, Long.BYTES + length, fileBytes), parsed.metadata());
  }

  /** The data type of a name in a header; null if it is unknown. */
  static @Nullable DataType typeOf(String name) {
    return TYPES.get(name);
  }

  private byte[] header() {
    JsonObject json = new JsonObject();
    if (!metadata.isEmpty()) {
      json.add(SafetensorsHeader.METADATA, GSON.toJsonTree(metadata));
    }
    long offset = 0;
    for (HostArray array : arrays) {
      if (json.has(array.name())) {
        throw new IllegalArgumentException("two arrays are named '%s'".formatted(array.name()));
      }
      json.add(array.name(), entry(array, offset));
      offset += array.sizeBytes();
    }
    String text = GSON.toJson(json);
    // The elements begin at a multiple of 8 bytes, as readers that map the file expect.
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    return (text + " ".repeat(Math.floorMod(-bytes, Long.BYTES))).getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject entry(HostArray array, long offset) {
    String type = NAMES.get(array.dataType());
    if (type == null) {
      throw new IllegalArgumentException("safetensors has no data type for " + array);
    }
    JsonObject entry = new JsonObject();
    entry.addProperty("dtype", type);
    entry.add("shape", GSON.toJsonTree(array.shape().getShape()));
    entry.add("data_offsets", GSON.toJsonTree(new long[] {offset, offset + array.sizeBytes()}));
    return entry;
  }

  private static List<HostArray> arrays(
      SafetensorsHeader header, InputStream in, long start, long fileBytes) throws IOException {
    List<Slot> slots = header.inOrder();
    if (header.dataBytes() > fileBytes - start) {
      throw new StorageException(
          "this safetensors file is truncated: it has %s bytes, and its arrays end at byte %s; was"
                  .formatted(fileBytes, start + header.dataBytes())
              + " it still being written?");
    }
    Map<String, HostArray> read = new HashMap<>();
    for (Slot slot : slots) {
      byte[] bytes = bytes(in, slot.sizeBytes(), fileBytes < Long.MAX_VALUE);
      if (bytes.length < slot.sizeBytes()) {
        throw truncated(start + slot.from() + bytes.length);
      }
      read.put(slot.name(), HostArray.of(slot.name(), slot.type(), slot.shape(), bytes));
    }
    if (in.read() >= 0) {
      throw new StorageException(
          "this safetensors file has more than the %s bytes of its arrays"
              .formatted(header.dataBytes()));
    }
    return header.slots().stream()
        .map(slot -> Objects.requireNonNull(read.get(slot.name())))
        .toList();
  }

  /**
   * Reads this many bytes, or fewer at the end of the stream.
   *
   * @param fit whether so many are in the file; if not, memory grows as they are read
   */
  private static byte[] bytes(InputStream in, int size, boolean fit) throws IOException {
    if (!fit) {
      return in.readNBytes(size);
    }
    byte[] bytes = new byte[size];
    int read = in.readNBytes(bytes, 0, size);
    return read == size ? bytes : Arrays.copyOf(bytes, read);
  }

  private static StorageException truncated(long bytes) {
    return new StorageException(
        "this safetensors file is truncated after %s bytes; was it still being written?"
            .formatted(bytes));
  }
}
