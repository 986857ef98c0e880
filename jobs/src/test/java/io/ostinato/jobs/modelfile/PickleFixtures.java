package io.ostinato.jobs.modelfile;

import io.ostinato.torchscript.ZipContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

  /** An archive with this pickle. */
  static byte[] archive(byte[] pickle) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(pickle);
    }
    return bytes.toByteArray();
  }
}
