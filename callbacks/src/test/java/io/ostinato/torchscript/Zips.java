package io.ostinato.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Zip archives for tests. */
final class Zips {
  private Zips() {}

  /** An archive that stores these files, as PyTorch stores tensors. */
  static byte[] stored(Map<String, byte[]> files) {
    return of(files, ZipEntry.STORED);
  }

  /** An archive with compressed files, whose sizes follow their content. */
  static byte[] deflated(Map<String, byte[]> files) {
    return of(files, ZipEntry.DEFLATED);
  }

  /** The archive of a module of the class {@code __torch__.Net}. */
  static byte[] module(String code) {
    return stored(
        Map.of(
            "net/data.pkl",
            "\u0080\u0002c__torch__\nNet\n".getBytes(StandardCharsets.ISO_8859_1),
            "net/code/__torch__.py",
            code.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] of(Map<String, byte[]> files, int method) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(file.getValue());
          entry.setSize(file.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The position of the n-th record with this signature. */
  static int position(byte[] zip, int signature, int n) {
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int found = 0;
    for (int at = 0; at <= zip.length - Integer.BYTES; at++) {
      if (bytes.getInt(at) == signature && found++ == n) {
        return at;
      }
    }
    throw new IllegalArgumentException("no record %x %s".formatted(signature, n));
  }
}
