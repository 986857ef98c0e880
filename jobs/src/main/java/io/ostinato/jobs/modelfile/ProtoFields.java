package io.ostinato.jobs.modelfile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Iterates over the fields of a message in the encoding of protocol buffers. */
final class ProtoFields {
  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int LENGTH_FIRST = 2;
  private static final int FOUR_BYTES = 5;

  private final ByteBuffer rest;
  private int field;
  private long number;
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  ProtoFields(byte[] message) {
    this(ByteBuffer.wrap(message));
  }

  private ProtoFields(ByteBuffer message) {
    this.rest = message.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Thrown if the message ends in the middle of a field or a field is invalid. */
  static final class CutOffException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * Moves to the next field; false if there is none.
   *
   * @throws CutOffException if the field is incomplete or invalid
   */
  boolean next() {
    if (!rest.hasRemaining()) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    number = 0;
    bytes = ByteBuffer.allocate(0);
    switch ((int) (tag & 7)) {
      case VARINT -> number = varint();
      case EIGHT_BYTES -> bytes = take(Long.BYTES);
      case LENGTH_FIRST -> bytes = take(varint());
      case FOUR_BYTES -> bytes = take(Integer.BYTES);
      default -> throw new CutOffException();
    }
    return true;
  }

  /** The number of the field. */
  int field() {
    return field;
  }

  /** The value of a whole-number field; 0 for other fields. */
  long number() {
    return number;
  }

  /** The value of a text field; empty for numbers. */
  String text() {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  /** The value of a message field. */
  ProtoFields message() {
    return new ProtoFields(bytes.duplicate());
  }

  private ByteBuffer take(long length) {
    if (length < 0 || length > rest.remaining()) {
      throw new CutOffException();
    }
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
