package io.ostinato.jobs.modelfile;

import io.ostinato.torchscript.ZipContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Archives of {@code torch.save}, with any pickle. */
final class PickleFixtures {
  private PickleFixtures() {}

  /** The pickle in an archive. */
  static byte[] pickleOf(byte[] archive) {
    ZipContent zip = new ZipContent(archive);
    return zip.entries().orElseThrow().stream()
        .filter(entry -> entry.name().endsWith("/data.pkl"))
        .findFirst()
        .flatMap(zip::contentOf)
        .orElseThrow();
  }

  /** The same archive with another pickle. */
  static byte[] replaced(byte[] archive, byte[] pickle) throws IOException {
    ZipContent zip = new ZipContent(archive);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipContent.Entry entry : zip.entries().orElseThrow()) {
        boolean isPickle = entry.name().endsWith("/data.pkl");
        byte[] content = isPickle ? pickle : zip.contentOf(entry).orElseThrow();
        store(out, entry.name(), content);
      }
    }
    return bytes.toByteArray();
  }

  /** An archive with this pickle. */
  static byte[] archive(byte[] pickle) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(pickle);
    }
    return bytes.toByteArray();
  }

  /** An archive with this pickle, which isn't compressed. */
  static byte[] storedArchive(byte[] pickle) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "archive/data.pkl", pickle);
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream out, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    out.putNextEntry(entry);
    out.write(content);
  }
}
