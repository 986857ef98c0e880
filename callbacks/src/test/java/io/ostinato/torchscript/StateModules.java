package io.ostinato.torchscript;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Small modules that keep something, or look as if they did, with what PyTorch does with them.
 *
 * @param content of each file, by name
 */
public record StateModules(Map<String, byte[]> content, Map<String, Observed> observed) {
  private static final String FILE = "/torchscript/state-modules.zip.gz";
  private static final String EXPECTED = "expected.json";

  /**
   * What PyTorch does with a module.
   *
   * @param changes whether its bytes change when it is run
   * @param depends whether what its forward gives depends on what was run before
   * @param leftovers methods that give something else after a run, if they come first in a batch
   */
  public record Observed(boolean changes, boolean depends, List<String> leftovers) {}

  /** All of them. */
  public static StateModules read() {
    Map<String, byte[]> content = new LinkedHashMap<>();
    try (InputStream in =
            Objects.requireNonNull(StateModules.class.getResourceAsStream(FILE), FILE);
        ZipInputStream zip = new ZipInputStream(new GZIPInputStream(in))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        content.put(entry.getName().replace(".pt", ""), zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] expected = Objects.requireNonNull(content.remove(EXPECTED), EXPECTED);
    Map<String, Observed> observed =
        new Gson()
            .fromJson(
                new String(expected, StandardCharsets.UTF_8),
                new TypeToken<Map<String, Observed>>() {}.getType());
    return new StateModules(content, observed);
  }
}
