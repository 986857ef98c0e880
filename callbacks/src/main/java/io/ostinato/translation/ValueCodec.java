package io.ostinato.translation;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Encodes the values of a row: a byte for the type of each value, then its content; big-endian. */
final class ValueCodec {
  private static final byte NULL = 0;
  private static final byte TEXT = 1;
  private static final byte BYTES = 2;
  private static final byte BOOLEAN = 3;
  private static final byte INT = 4;
  private static final byte LONG = 5;
  private static final byte FLOAT = 6;
  private static final byte DOUBLE = 7;
  private static final byte DOUBLES = 8;
  private static final byte LIST = 9;
  private static final byte STRUCT = 10;

  private ValueCodec() {}

  static byte[] encode(@Nullable Object[] values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(values, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static @Nullable Object[] decode(ByteBuffer bytes) {
    Object values = read(bytes.order(ByteOrder.BIG_ENDIAN));
    if (values instanceof Object[] row) {
      return row;
    }
    throw new IllegalArgumentException("the values of a row are not encoded as such");
  }

  private static void write(@Nullable Object value, DataOutputStream out) throws IOException {
    if (value == null) {
      out.writeByte(NULL);
    } else if (value instanceof String text) {
      write(TEXT, text.getBytes(StandardCharsets.UTF_8), out);
    } else if (value instanceof byte[] bytes) {
      write(BYTES, bytes, out);
    } else if (value instanceof Boolean flag) {
      out.writeByte(BOOLEAN);
      out.writeBoolean(flag);
    } else if (value instanceof Number number) {
      writeNumber(number, out);
    } else {
      writeSeveral(value, out);
    }
  }

  private static void write(byte type, byte[] content, DataOutputStream out) throws IOException {
    out.writeByte(type);
    out.writeInt(content.length);
    out.write(content);
  }

  private static void writeNumber(Number number, DataOutputStream out) throws IOException {
    if (number instanceof Integer) {
      out.writeByte(INT);
      out.writeInt(number.intValue());
    } else if (number instanceof Long) {
      out.writeByte(LONG);
      out.writeLong(number.longValue());
    } else if (number instanceof Float) {
      out.writeByte(FLOAT);
      out.writeFloat(number.floatValue());
    } else if (number instanceof Double) {
      out.writeByte(DOUBLE);
      out.writeDouble(number.doubleValue());
    } else {
      throw unknown(number);
    }
  }

  private static void writeSeveral(Object value, DataOutputStream out) throws IOException {
    if (value instanceof double[] numbers) {
      out.writeByte(DOUBLES);
      out.writeInt(numbers.length);
      for (double number : numbers) {
        out.writeDouble(number);
      }
    } else if (value instanceof List<?> list) {
      out.writeByte(LIST);
      out.writeInt(list.size());
      for (Object each : list) {
        write(each, out);
      }
    } else if (value instanceof Object[] struct) {
      out.writeByte(STRUCT);
      out.writeInt(struct.length);
      for (Object each : struct) {
        write(each, out);
      }
    } else {
      throw unknown(value);
    }
  }

  private static IllegalArgumentException unknown(Object value) {
    return new IllegalArgumentException(
        "values of the class %s can't be encoded".formatted(value.getClass().getName()));
  }

  private static @Nullable Object read(ByteBuffer bytes) {
    byte type = bytes.get();
    return switch (type) {
      case NULL -> null;
      case TEXT -> new String(content(bytes), StandardCharsets.UTF_8);
      case BYTES -> content(bytes);
      case BOOLEAN -> bytes.get() != 0;
      case INT -> bytes.getInt();
      case LONG -> bytes.getLong();
      case FLOAT -> bytes.getFloat();
      case DOUBLE -> bytes.getDouble();
      case DOUBLES -> doubles(bytes);
      case LIST -> list(bytes);
      case STRUCT -> list(bytes).toArray();
      default -> throw new IllegalArgumentException("no value has the type " + type);
    };
  }

  private static byte[] content(ByteBuffer bytes) {
    byte[] content = new byte[bytes.getInt()];
    bytes.get(content);
    return content;
  }

  private static double[] doubles(ByteBuffer bytes) {
    double[] numbers = new double[bytes.getInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = bytes.getDouble();
    }
    return numbers;
  }

  private static List<@Nullable Object> list(ByteBuffer bytes) {
    int size = bytes.getInt();
    List<@Nullable Object> values = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      values.add(read(bytes));
    }
    return values;
  }
}
