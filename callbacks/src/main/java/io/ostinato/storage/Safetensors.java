package io.ostinato.storage;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.weights.HostArray;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The safetensors format (Hugging Face): the length of the header in 8 bytes, a JSON header, and
 * the elements of all arrays, little-endian, one array after another. Arrays are streamed, and
 * their order is kept.
 *
 * @param arrays arrays with unique names
 * @param metadata free text by key
 */
public record Safetensors(List<HostArray> arrays, Map<String, String> metadata) {
  private static final String METADATA = "__metadata__";
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
   * Reads a whole stream, which stays open.
   *
   * @throws StorageException if it is not in this format, or is truncated; says where
   */
  public static Safetensors readFrom(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    try {
      long length = Long.reverseBytes(data.readLong());
      if (length < 2 || length > MOST_HEADER_BYTES) {
        throw new StorageException(
            "this is no safetensors file: its header would have %s bytes".formatted(length));
      }
      byte[] header = new byte[(int) length];
      data.readFully(header);
      return read(new String(header, StandardCharsets.UTF_8), data);
    } catch (EOFException e) {
      throw new StorageException("this safetensors file is cut off", e);
    }
  }

  private byte[] header() {
    JsonObject json = new JsonObject();
    if (!metadata.isEmpty()) {
      json.add(METADATA, GSON.toJsonTree(metadata));
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

  private static Safetensors read(String header, DataInputStream data) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Slot> slots = new ArrayList<>();
    try {
      for (Map.Entry<String, JsonElement> entry :
          JsonParser.parseString(header).getAsJsonObject().entrySet()) {
        JsonObject value = entry.getValue().getAsJsonObject();
        if (entry.getKey().equals(METADATA)) {
          value.entrySet().forEach(e -> metadata.put(e.getKey(), e.getValue().getAsString()));
        } else {
          slots.add(Slot.of(entry.getKey(), value));
        }
      }
    } catch (IllegalStateException
        | UnsupportedOperationException
        | com.google.gson.JsonParseException
        | NumberFormatException e) {
      throw new StorageException("the header of this safetensors file can't be read", e);
    }
    return new Safetensors(arrays(slots, data), metadata);
  }

  private static List<HostArray> arrays(List<Slot> slots, DataInputStream data) throws IOException {
    Map<String, HostArray> read = new HashMap<>();
    long offset = 0;
    List<Slot> inOrder = slots.stream().sorted(Slot.BY_OFFSET).toList();
    for (Slot slot : inOrder) {
      if (slot.from() != offset) {
        throw new StorageException(
            "array '%s' of this safetensors file begins at byte %s, not at %s"
                .formatted(slot.name(), slot.from(), offset));
      }
      byte[] bytes = new byte[slot.sizeBytes()];
      data.readFully(bytes);
      read.put(slot.name(), HostArray.of(slot.name(), slot.type(), slot.shape(), bytes));
      offset = slot.to();
    }
    if (data.read() >= 0) {
      throw new StorageException(
          "this safetensors file has more than the %s bytes of its arrays".formatted(offset));
    }
    return slots.stream().map(slot -> read.get(slot.name())).toList();
  }

  /** The position of an array in the file. */
  private record Slot(String name, DataType type, Shape shape, long from, long to) {
    static final java.util.Comparator<Slot> BY_OFFSET =
        java.util.Comparator.comparingLong(Slot::from).thenComparingLong(Slot::to);

    static Slot of(String name, JsonObject json) {
      if (!json.has("dtype") || !json.has("shape") || !json.has("data_offsets")) {
        throw new StorageException(
            "array '%s' of this safetensors file has no dtype, shape or data_offsets"
                .formatted(name));
      }
      DataType type = TYPES.get(json.get("dtype").getAsString());
      if (type == null) {
        throw new StorageException(
            "array '%s' of this safetensors file has the data type %s, which is not known here"
                .formatted(name, json.get("dtype")));
      }
      JsonArray offsets = json.getAsJsonArray("data_offsets");
      long[] shape =
          json.getAsJsonArray("shape").asList().stream()
              .mapToLong(JsonElement::getAsLong)
              .toArray();
      return new Slot(
          name, type, new Shape(shape), offsets.get(0).getAsLong(), offsets.get(1).getAsLong());
    }

    int sizeBytes() {
      long size = to - from;
      long expected = Math.multiplyExact(shape.size(), (long) type.getNumOfBytes());
      if (size != expected || size > Integer.MAX_VALUE - 8) {
        throw new StorageException(
            "array '%s' of this safetensors file has %s bytes; %s %s needs %s, and at most %s fit"
                .formatted(name, size, type, shape, expected, Integer.MAX_VALUE - 8));
      }
      return (int) size;
    }
  }
}
