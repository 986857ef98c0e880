package io.ostinato.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.model.TorchScriptSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipContentTest {
  private static final int LOCAL = 0x04034b50;
  private static final int ENTRY = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;

  @Test
  void whatJavaWritesIsSound() {
    Map<String, byte[]> files = files();
    for (byte[] zip : new byte[][] {Zips.stored(files), Zips.deflated(files)}) {
      ZipContent content = new ZipContent(zip);
      content.check();
      content
          .entries()
          .orElseThrow()
          .forEach(entry -> assertThat(content.contentOf(entry)).hasValue(files.get(entry.name())));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"usual", "counter", "batchnorm-a", "traced", "bfloat16", "nested"})
  void whatPyTorchWritesIsSoundAndNoByteOfItsContentMayChange(String module) throws IOException {
    byte[] sound = module(module);
    ZipContent zip = new ZipContent(sound);
    zip.check();
    ByteBuffer bytes = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(3);
    for (ZipContent.Entry entry : zip.entries().orElseThrow()) {
      if (entry.storedBytes() > 0) {
        int at = LocalHeader.of(bytes, entry).dataStart() + random.nextInt(entry.storedBytes());
        sound[at] ^= 1;
        assertThatThrownBy(() -> ModuleFacts.of(sound))
            .as("byte %s of '%s'", at, entry.name())
            .isInstanceOf(DamagedModuleException.class)
            .hasMessageContaining("the archive is damaged: '%s' ".formatted(entry.name()))
            .hasMessageEndingWith("; copy the file again, or save it again");
        sound[at] ^= 1;
      }
    }
    zip.check();
  }

  @Test
  void aBrokenCrcIsNamedWithItsPosition() {
    byte[] zip = Zips.stored(files());
    int at = Zips.position(zip, LOCAL, 1);
    int start = at + 30 + "net/data/0".length();
    zip[start + 7] ^= 4;
    assertThatThrownBy(() -> new ZipContent(zip).check())
        .isInstanceOf(DamagedModuleException.class)
        .hasMessageMatching(
            "the archive is damaged: 'net/data/0' at byte %s has the CRC-32 [0-9a-f]{8} instead of"
                    .formatted(start)
                + " [0-9a-f]{8}; copy the file again, or save it again");
  }

  @Test
  void aFileThatUnpacksToFarMoreThanItsSizeIsRefused() {
    byte[] bomb = Zips.deflated(Map.of("net/code/a.py", new byte[100 << 20]));
    assertThat(bomb.length).isLessThan(200_000);
    assertThatThrownBy(() -> ModuleFacts.of(bomb))
        .isInstanceOf(DamagedModuleException.class)
        .hasMessage(
            ("the archive of %s bytes would unpack to 104857600; at most 67108864 are accepted; save"
                    + " the module with torch.jit.save, which doesn't compress tensors")
                .formatted(bomb.length));
    byte[] small = Zips.deflated(Map.of("net/code/a.py", new byte[60 << 20]));
    assertThatCode(() -> new ZipContent(small).check()).doesNotThrowAnyException();
  }

  @Test
  void whatUnpacksToMoreThanTheDirectorySaysIsRefused() {
    byte[] zip = Zips.deflated(Map.of("net/code/a.py", new byte[100_000]));
    assertThat(damagedBy(put(zip, ENTRY, 24, 99_999)))
        .contains("doesn't unpack to its 99999 bytes");
    assertThat(damagedBy(put(zip, ENTRY, 24, 60 << 20))).contains("doesn't unpack to its 62914560");
    assertThat(damagedBy(put(zip, ENTRY, 20, 10))).contains("doesn't unpack");
  }

  @Test
  void aDirectoryThatContradictsItselfOrTheHeadersIsRefused() throws IOException {
    byte[] zip = Zips.stored(files());
    assertThat(damagedBy(put(zip, END, 10, 0xFFFF))).contains("entries instead of 65535");
    assertThat(damagedBy(put(zip, END, 12, -1))).contains("its directory of 4294967295 bytes");
    assertThat(damagedBy(put(zip, END, 16, 5))).contains("its directory");
    assertThat(damagedBy(put(zip, ENTRY, 0, 7))).contains("its directory can't be read at byte");
    assertThat(damagedBy(put(zip, ENTRY, 20, 1 << 30))).contains("can't begin at byte");
    assertThat(damagedBy(put(zip, ENTRY, 24, -1)))
        .contains("the size of 'net/data.pkl' is missing");
    assertThat(damagedBy(put(zip, ENTRY, 10, 99))).contains("unknown method");
    assertThat(damagedBy(put(zip, ENTRY, 42, 3))).contains("has no header at byte 3");
    assertThat(damagedBy(put(zip, LOCAL, 14, 3))).contains("has another description");
    assertThat(damagedBy(put(zip, LOCAL, 30, 'x'))).contains("has another description");
    assertThat(damagedBy(put(zip, LOCAL, 6, 1))).contains("is encrypted");
    byte[] module = module("usual");
    assertThat(damagedBy(put(module, END_64, 48, 1))).contains("records of the directory differ");
    assertThat(damagedBy(put(module, END_64, 32, 1))).contains("records of the directory differ");
  }

  @Test
  void twoFilesOfOneNameAndNamesOutsideTheArchiveAreRefused() {
    byte[] twice = Zips.stored(Map.of("net/a", new byte[9], "net/b", new byte[9]));
    assertThat(
            damagedBy(
                new String(twice, StandardCharsets.ISO_8859_1)
                    .replace("net/b", "net/a")
                    .getBytes(StandardCharsets.ISO_8859_1)))
        .contains("'net/a' is there twice");
    for (String name : new String[] {"../a", "net/../../a", "/etc/a", "net\\a", "a/.."}) {
      assertThat(damagedBy(Zips.stored(Map.of(name, new byte[9]))))
          .contains("'%s' is not the name of a file in the archive".formatted(name));
    }
  }

  @Test
  void filesThatShareTheirContentAreRefused() {
    byte[] zip = Zips.stored(files());
    int first = Zips.position(zip, ENTRY, 0);
    int second = Zips.position(zip, ENTRY, 1);
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(second + 42, bytes.getInt(first + 42));
    assertThat(damagedBy(zip)).contains("in another file");
  }

  @Test
  void aSnapshotOfADamagedFileNamesTheFile(@TempDir Path folder) throws IOException {
    byte[] damaged = module("usual");
    damaged[damaged.length / 2] ^= 1;
    Path file = Files.write(folder.resolve("net.pt"), damaged);
    assertThatThrownBy(() -> TorchScriptSource.snapshotOf(file))
        .isInstanceOf(DamagedModuleException.class)
        .hasMessageStartingWith("can't use '%s': the archive is damaged: ".formatted(file));
  }

  private static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    byte[] content = new byte[5_000];
    new Random(1).nextBytes(content);
    files.put("net/data.pkl", new byte[] {1, 2, 3});
    files.put("net/data/0", content);
    files.put("net/data/1", new byte[0]);
    return files;
  }

  private static byte[] put(byte[] zip, int signature, int offset, int value) {
    byte[] changed = zip.clone();
    ByteBuffer.wrap(changed)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(Zips.position(zip, signature, 0) + offset, value);
    return changed;
  }

  private static String damagedBy(byte[] zip) {
    try {
      new ZipContent(zip).check();
      return "";
    } catch (DamagedModuleException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static byte[] module(String name) throws IOException {
    try (InputStream in =
        ZipContentTest.class.getResourceAsStream("/torchscript/" + name + ".pt")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }
}
