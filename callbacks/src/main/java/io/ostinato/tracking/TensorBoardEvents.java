package io.ostinato.tracking;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes events in TensorBoard's format: TFRecord frames around a few fields of TensorFlow's {@code
 * event.proto} and {@code summary.proto}.
 */
final class TensorBoardEvents {
  private static final String VERSION = "brain.Event:2";
  private static final int MASK_DELTA = 0xa282ead8;

  private static final int EVENT_WALL_TIME = 1;
  private static final int EVENT_STEP = 2;
  private static final int EVENT_FILE_VERSION = 3;
  private static final int EVENT_SUMMARY = 5;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE_VALUE = 2;
  private static final int VALUE_IMAGE = 4;
  private static final int VALUE_HISTOGRAM = 5;
  private static final int IMAGE_HEIGHT = 1;
  private static final int IMAGE_WIDTH = 2;
  private static final int IMAGE_COLORSPACE = 3;
  private static final int IMAGE_ENCODED = 4;
  private static final int HISTOGRAM_MIN = 1;
  private static final int HISTOGRAM_MAX = 2;
  private static final int HISTOGRAM_NUM = 3;
  private static final int HISTOGRAM_SUM = 4;
  private static final int HISTOGRAM_SUM_SQUARES = 5;
  private static final int HISTOGRAM_BUCKET_LIMIT = 6;
  private static final int HISTOGRAM_BUCKET = 7;

  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;

  private TensorBoardEvents() {}

  /** The first event of a file. */
  static void writeVersion(OutputStream out, double seconds) throws IOException {
    Message event = new Message();
    event.number(EVENT_WALL_TIME, seconds);
    event.bytes(EVENT_FILE_VERSION, VERSION.getBytes(StandardCharsets.UTF_8));
    writeRecord(out, event.toByteArray());
  }

  static void writeScalar(OutputStream out, double seconds, long step, String tag, float value)
      throws IOException {
    Message scalar = new Message();
    scalar.bytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8));
    scalar.fixed32(VALUE_SIMPLE_VALUE, Float.floatToRawIntBits(value));
    writeValue(out, seconds, step, scalar);
  }

  static void writeImage(OutputStream out, double seconds, long step, String tag, Picture picture)
      throws IOException {
    Message image = new Message();
    image.varint(IMAGE_HEIGHT, picture.height());
    image.varint(IMAGE_WIDTH, picture.width());
    image.varint(IMAGE_COLORSPACE, picture.channels());
    image.bytes(IMAGE_ENCODED, picture.png());
    Message value = new Message();
    value.bytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8));
    value.bytes(VALUE_IMAGE, image.toByteArray());
    writeValue(out, seconds, step, value);
  }

  static void writeHistogram(
      OutputStream out, double seconds, long step, String tag, Histogram histogram)
      throws IOException {
    Message distribution = new Message();
    distribution.number(HISTOGRAM_MIN, histogram.min());
    distribution.number(HISTOGRAM_MAX, histogram.max());
    distribution.number(HISTOGRAM_NUM, histogram.count());
    distribution.number(HISTOGRAM_SUM, histogram.sum());
    distribution.number(HISTOGRAM_SUM_SQUARES, histogram.sumOfSquares());
    distribution.numbers(HISTOGRAM_BUCKET_LIMIT, histogram.limits());
    distribution.numbers(HISTOGRAM_BUCKET, histogram.counts());
    Message value = new Message();
    value.bytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8));
    value.bytes(VALUE_HISTOGRAM, distribution.toByteArray());
    writeValue(out, seconds, step, value);
  }

  private static void writeValue(OutputStream out, double seconds, long step, Message value)
      throws IOException {
    Message summary = new Message();
    summary.bytes(SUMMARY_VALUE, value.toByteArray());
    Message event = new Message();
    event.number(EVENT_WALL_TIME, seconds);
    event.varint(EVENT_STEP, step);
    event.bytes(EVENT_SUMMARY, summary.toByteArray());
    writeRecord(out, event.toByteArray());
  }

  /**
   * Writes a frame: the length, its checksum, the content, its checksum. Uses a single write, so
   * that readers see whole frames.
   */
  private static void writeRecord(OutputStream out, byte[] content) throws IOException {
    byte[] length = little(Long.BYTES).putLong(content.length).array();
    out.write(
        little(length.length + content.length + 2 * Integer.BYTES)
            .put(length)
            .putInt(maskedChecksum(length))
            .put(content)
            .putInt(maskedChecksum(content))
            .array());
  }

  private static int maskedChecksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A message in protobuf's wire format, field by field. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void varint(int field, long value) {
      raw((long) field << 3 | VARINT);
      raw(value);
    }

    void fixed64(int field, long value) {
      raw((long) field << 3 | FIXED_64);
      out.writeBytes(little(Long.BYTES).putLong(value).array());
    }

    void number(int field, double value) {
      fixed64(field, Double.doubleToRawLongBits(value));
    }

    /** Adds a packed repeated field. */
    void numbers(int field, List<? extends Number> values) {
      ByteBuffer packed = little(values.size() * Double.BYTES);
      values.forEach(value -> packed.putDouble(value.doubleValue()));
      bytes(field, packed.array());
    }

    void fixed32(int field, int value) {
      raw((long) field << 3 | FIXED_32);
      out.writeBytes(little(Integer.BYTES).putInt(value).array());
    }

    void bytes(int field, byte[] value) {
      raw((long) field << 3 | LENGTH_DELIMITED);
      raw(value.length);
      out.writeBytes(value);
    }

    byte[] toByteArray() {
      return out.toByteArray();
    }

    private void raw(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) (rest & 0x7F | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
