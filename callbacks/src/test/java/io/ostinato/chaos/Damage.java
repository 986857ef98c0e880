package io.ostinato.chaos;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damages the content of files, at random but repeatably: each seed has its own damage. */
public enum Damage {
  FLIPPED_BITS {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      byte[] damaged = content.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        damaged[position(content, random)] ^= (byte) (1 << random.nextInt(8));
      }
      return damaged;
    }
  },

  OVERWRITTEN {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      byte[] damaged = content.clone();
      int from = position(content, random);
      int length = Math.min(content.length - from, 1 + random.nextInt(16));
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      System.arraycopy(noise, 0, damaged, from, length);
      return damaged;
    }
  },

  TRUNCATED {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      return Arrays.copyOf(content, random.nextInt(content.length));
    }
  },

  /** An integer in binary form, of any size and byte order, as lengths and positions are. */
  LENGTH_FIELD {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      long[] nasty = {
        0,
        1,
        -1,
        Byte.MAX_VALUE,
        0xFFFF,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xFFFFFFFFL,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        2_000_000_000,
        99_999_999,
        content.length,
        random.nextInt(),
        random.nextLong()
      };
      long value = nasty[random.nextInt(nasty.length)];
      ByteOrder order = random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
      ByteBuffer field = ByteBuffer.allocate(Long.BYTES).order(order);
      int bytes = 1 << random.nextInt(4);
      switch (bytes) {
        case 1 -> field.put((byte) value);
        case 2 -> field.putShort((short) value);
        case 4 -> field.putInt((int) value);
        default -> field.putLong(value);
      }
      byte[] damaged = content.clone();
      int from = random.nextInt(3) == 0 ? 0 : position(content, random);
      System.arraycopy(field.array(), 0, damaged, from, Math.min(bytes, content.length - from));
      return damaged;
    }
  },

  /** A section of another file of this format, in the place of one of this file. */
  SPLICED {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      int from = position(content, random);
      int to = Math.min(content.length, from + random.nextInt(512));
      int otherFrom = position(other, random);
      int otherTo = Math.min(other.length, otherFrom + random.nextInt(512));
      return join(content, from, Arrays.copyOfRange(other, otherFrom, otherTo), to);
    }
  },

  REPEATED_SECTION {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      int from = position(content, random);
      int to = Math.min(content.length, from + 1 + random.nextInt(256));
      byte[] section = Arrays.copyOfRange(content, from, to);
      int times = random.nextInt(8) == 0 ? 2_000 : 1 + random.nextInt(4);
      ByteBuffer repeated = ByteBuffer.allocate(section.length * times);
      for (int i = 0; i < times; i++) {
        repeated.put(section);
      }
      return join(content, to, repeated.array(), to);
    }
  },

  REMOVED_SECTION {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      int from = position(content, random);
      int to = Math.min(content.length, from + 1 + random.nextInt(256));
      return join(content, from, new byte[0], to);
    }
  },

  /** A number or another value in text. */
  EDITED_VALUE {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      String text = new String(content, StandardCharsets.ISO_8859_1);
      List<int[]> places = new ArrayList<>();
      for (Matcher value = VALUE.matcher(text); value.find(); ) {
        places.add(new int[] {value.start(), value.end()});
      }
      if (places.isEmpty()) {
        return FLIPPED_BITS.apply(content, other, random);
      }
      int[] place = places.get(random.nextInt(places.size()));
      String instead = VALUES.get(random.nextInt(VALUES.size()));
      return join(content, place[0], instead.getBytes(StandardCharsets.UTF_8), place[1]);
    }
  },

  /** Brackets that nest deeper than any reader expects. */
  NESTED {
    @Override
    byte[] apply(byte[] content, byte[] other, Random random) {
      String[] brackets = {"[", "{\"a\":", "(", "((((", "-", "Optional[", "\"", "x."};
      String bracket = brackets[random.nextInt(brackets.length)];
      String nested = bracket.repeat(random.nextInt(2) == 0 ? 300 : 60_000);
      int at = position(content, random);
      return join(content, at, nested.getBytes(StandardCharsets.UTF_8), at);
    }
  };

  private static final int END_BYTES = 2048;
  private static final Pattern VALUE =
      Pattern.compile("(?<![\\w.])-?\\d+(?![\\w.])|\"(?:[^\"\\\\\\n]){0,40}\"");
  private static final List<String> VALUES =
      List.of(
          "-1",
          "0",
          "1.9",
          "1e3",
          "1e400",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "00",
          "0x10",
          "NaN",
          "Infinity",
          "null",
          "true",
          "\"4\"",
          "\"\"",
          "\"\uD83C\uDFB5\"",
          "[]",
          "{}",
          "[4]",
          "[4,4]",
          "[4294967296,4294967296]",
          "4,4",
          "__metadata__",
          "\"../../x\"",
          "\"a\u0000b\"",
          "9".repeat(5_000),
          "\"" + "x".repeat(20_000) + "\"");

  /** The damaged content. */
  abstract byte[] apply(byte[] content, byte[] other, Random random);

  /**
   * One or two kinds of damage.
   *
   * @param other another file of the same format
   */
  public static byte[] to(byte[] content, byte[] other, Random random) {
    byte[] damaged = content;
    for (int times = random.nextInt(4) == 0 ? 2 : 1; times > 0 && damaged.length > 0; times--) {
      damaged = values()[random.nextInt(values().length)].apply(damaged, other, random);
    }
    return damaged;
  }

  /** A position, most often near the beginning or the end, where headers and directories are. */
  private static int position(byte[] content, Random random) {
    int near = Math.min(content.length, END_BYTES);
    return switch (random.nextInt(5)) {
      case 0, 1 -> random.nextInt(near);
      case 2 -> content.length - 1 - random.nextInt(near);
      default -> random.nextInt(content.length);
    };
  }

  private static byte[] join(byte[] content, int end, byte[] middle, int start) {
    return ByteBuffer.allocate(end + middle.length + content.length - start)
        .put(content, 0, end)
        .put(middle)
        .put(content, start, content.length - start)
        .array();
  }
}
