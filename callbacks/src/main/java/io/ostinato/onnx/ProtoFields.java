package io.ostinato.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Iterates over the fields of a message in the encoding of protocol buffers. */
public final class ProtoFields {
  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int LENGTH_FIRST = 2;
  private static final int FOUR_BYTES = 5;

  private final ByteBuffer rest;

  /** The position of this message in the outermost one. */
  private final int base;

  private int start;
  private int field;
  private int wire;
  private long number;
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  public ProtoFields(byte[] message) {
    this(ByteBuffer.wrap(message), 0);
  }

  private ProtoFields(ByteBuffer message, int base) {
    this.rest = message.order(ByteOrder.LITTLE_ENDIAN);
    this.base = base;
  }

  /** Thrown if the message ends in the middle of a field or a field is invalid. */
  public static final class CutOffException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * Moves to the next field; false if there is none.
   *
   * @throws CutOffException if the field is incomplete or invalid
   */
  public boolean next() {
    if (!rest.hasRemaining()) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    number = 0;
    bytes = ByteBuffer.allocate(0);
    wire = (int) (tag & 7);
    switch (wire) {
      case VARINT -> number = varint();
      case EIGHT_BYTES -> bytes = take(Long.BYTES);
      case LENGTH_FIRST -> bytes = take(varint());
      case FOUR_BYTES -> bytes = take(Integer.BYTES);
      default -> throw new CutOffException();
    }
    return true;
  }

  /** The number of the field. */
  public int field() {
    return field;
  }

  /** The value of a whole-number field; 0 for other fields. */
  public long number() {
    return number;
  }

  /** The value of a text field; empty for numbers. */
  public String text() {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  /** The value of a message field. */
  public ProtoFields message() {
    return new ProtoFields(bytes.duplicate(), start);
  }

  /** The position of the bytes of a text or message in the outermost message. */
  public int start() {
    return start;
  }

  /** The number of bytes of a text or message; 0 for numbers. */
  public int sizeBytes() {
    return bytes.capacity();
  }

  /**
   * The values of a repeated whole-number field: one, or several in packed form.
   *
   * @throws CutOffException if the last one is incomplete
   */
  public List<Long> numbers() {
    if (wire != LENGTH_FIRST) {
      return List.of(number);
    }
    List<Long> numbers = new ArrayList<>();
    ProtoFields packed = message();
    while (packed.rest.hasRemaining()) {
      numbers.add(packed.varint());
    }
    return numbers;
  }

  private ByteBuffer take(long length) {
    if (length < 0 || length > rest.remaining()) {
      throw new CutOffException();
    }
    start = base + rest.position();
    ByteBuffer taken = rest.slice(rest.position(), (int) length);
    rest.position(rest.position() + (int) length);
    return taken;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (!rest.hasRemaining()) {
        break;
      }
      byte next = rest.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new CutOffException();
  }
}
