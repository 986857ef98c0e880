package io.ostinato.storage;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.stream.MalformedJsonException;
import io.ostinato.weights.HostArray;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file. It is read strictly, since memory is allocated by it.
 *
 * @param slots the arrays in the order of the header
 */
record SafetensorsHeader(List<Slot> slots, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /** No library of tensors supports more dimensions. */
  private static final int MOST_DIMENSIONS = 64;

  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  /**
   * The position of an array in the file.
   *
   * @param from the position of its first byte after the header
   * @param to the position after its last byte
   */
  record Slot(String name, DataType type, Shape shape, long from, long to) {
    private static final Comparator<Slot> BY_OFFSET =
        Comparator.comparingLong(Slot::from).thenComparingLong(Slot::to);

    int sizeBytes() {
      return (int) (to - from);
    }
  }

  /**
   * Parses a header.
   *
   * @throws StorageException if it is invalid; names the array
   */
  static SafetensorsHeader parse(byte[] header) {
    List<Slot> slots = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    HeaderJson json = new HeaderJson(header);
    try {
      json.object(
          "the header",
          name -> {
            if (name.equals(METADATA)) {
              json.object(
                  METADATA,
                  key -> metadata.put(key, json.string(METADATA + "." + HeaderJson.echoed(key))));
            } else {
              slots.add(slot(name, json));
            }
          });
      json.end();
    } catch (MalformedJsonException | EOFException e) {
      throw new StorageException(
          "the header of this safetensors file can't be read; copy or save the file again", e);
    } catch (IOException e) {
      throw new IllegalStateException("can't read a header in memory", e);
    }
    return new SafetensorsHeader(slots, metadata);
  }

  /**
   * The arrays in the order of the file.
   *
   * @throws StorageException if there are gaps between them, or they overlap
   */
  List<Slot> inOrder() {
    List<Slot> sorted = slots.stream().sorted(Slot.BY_OFFSET).toList();
    long offset = 0;
    for (Slot slot : sorted) {
      if (slot.from() != offset) {
        throw new StorageException(
            "%s of this safetensors file begins at byte %s, not at %s"
                .formatted(array(slot.name()), slot.from(), offset));
      }
      offset = slot.to();
    }
    return sorted;
  }

  /** The size of all arrays. */
  long dataBytes() {
    return slots.stream().mapToLong(Slot::to).max().orElse(0);
  }

  private static String array(String name) {
    return "array '%s'".formatted(HeaderJson.echoed(name));
  }

  /** What the header says about one array. */
  private static final class Entry {
    private @Nullable String dtype;
    private long @Nullable [] shape;
    private long @Nullable [] offsets;
  }

  private static Slot slot(String name, HeaderJson json) throws IOException {
    String array = array(name);
    Entry entry = new Entry();
    json.object(
        array,
        key -> {
          switch (key) {
            case "dtype" -> entry.dtype = json.string(array + " (dtype)");
            case "shape" -> entry.shape = json.numbers(array + " (shape)", MOST_DIMENSIONS);
            case "data_offsets" -> entry.offsets = json.numbers(array + " (data_offsets)", 2);
            default -> json.skip();
          }
        });
    if (entry.dtype == null
        || entry.shape == null
        || entry.offsets == null
        || entry.offsets.length != 2) {
      throw new StorageException(
          "%s of this safetensors file has no dtype, shape or data_offsets".formatted(array));
    }
    return slot(name, entry.dtype, new Shape(entry.shape), entry.offsets[0], entry.offsets[1]);
  }

  private static Slot slot(String name, String dtype, Shape shape, long from, long to) {
    DataType type = Safetensors.typeOf(dtype);
    if (type == null) {
      throw new StorageException(
          "%s of this safetensors file has the data type \"%s\", which is not known here"
              .formatted(array(name), HeaderJson.echoed(dtype)));
    }
    long expected = expectedBytes(name, type, shape);
    if (to < from || to - from != expected || expected > MOST_BYTES) {
      throw new StorageException(
          "%s of this safetensors file has the bytes %s to %s; %s %s needs %s, and at most %s fit"
              .formatted(array(name), from, to, type, shape, expected, MOST_BYTES));
    }
    return new Slot(name, type, shape, from, to);
  }

  private static long expectedBytes(String name, DataType type, Shape shape) {
    try {
      return HostArray.sizeBytes(type, shape);
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          "%s of this safetensors file has an impossible size: %s"
              .formatted(array(name), e.getMessage()),
          e);
    }
  }
}
