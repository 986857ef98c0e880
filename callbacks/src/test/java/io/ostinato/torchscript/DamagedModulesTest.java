package io.ostinato.torchscript;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.chaos.DamagedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DamagedModulesTest {
  private static final List<String> MODULES =
      List.of("usual", "counter", "cache", "nested", "batchnorm-a", "named-tuple", "traced");

  @Test
  void aDamagedArchiveHasTheSameContentOrIsRejected() throws IOException {
    Map<String, Integer> outcomes =
        new DamagedFiles("TorchScript archives", archives())
            .readBy((damaged, original) -> read(damaged));
    assertThat(outcomes).containsKeys("accepted", "rejected");
  }

  private static String read(byte[] damaged) throws IOException {
    try {
      assertThat(ModuleFacts.of(damaged)).isNotNull();
    } catch (DamagedModuleException e) {
      assertThat(e.getMessage()).contains("; ").hasSizeLessThan(500).doesNotContain("\n");
      return "rejected";
    }
    if (!new ZipContent(damaged).isWhole()) {
      return "not a module";
    }
    List<Map<String, String>> sound = new ArrayList<>();
    archives().forEach(archive -> sound.add(content(archive)));
    assertThat(sound).contains(content(damaged));
    return "accepted";
  }

  @Test
  void damagedCodeIsAnalysedAsFarAsPossible() throws IOException {
    List<byte[]> codes = new ArrayList<>();
    for (byte[] archive : archives()) {
      ZipContent zip = new ZipContent(archive);
      zip.entries().orElseThrow().stream()
          .filter(entry -> entry.name().endsWith(".py"))
          .forEach(entry -> codes.add(zip.contentOf(entry).orElseThrow()));
    }
    Map<String, Integer> outcomes =
        new DamagedFiles("TorchScript code", codes)
            .mayAllocate(8L << 30) // over time: code that is repeated is followed again and again
            .readBy(
                (damaged, original) -> {
                  String code = new String(damaged, StandardCharsets.ISO_8859_1);
                  ModuleFacts facts =
                      ModuleFacts.of(Zips.module(code.replaceAll("class \\w+\\(", "class Net(")));
                  assertThat(facts.kept()).allMatch(why -> why.length() < 500);
                  return facts.state().toString();
                });
    assertThat(outcomes).containsKeys("UNKNOWN", "NONE");
  }

  private static Map<String, String> content(byte[] archive) {
    ZipContent zip = new ZipContent(archive);
    Map<String, String> content = new LinkedHashMap<>();
    zip.entries()
        .orElseThrow()
        .forEach(
            entry ->
                content.put(entry.name(), Arrays.toString(zip.contentOf(entry).orElseThrow())));
    return content;
  }

  private static List<byte[]> archives() throws IOException {
    List<byte[]> archives = new ArrayList<>();
    for (String module : MODULES) {
      try (InputStream in =
          DamagedModulesTest.class.getResourceAsStream("/torchscript/" + module + ".pt")) {
        archives.add(Objects.requireNonNull(in).readAllBytes());
      }
    }
    return archives;
  }
}
