package io.ostinato.torchscript;

import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files with code in the archive of a module.
 *
 * @param byPath the code by its path, such as {@code __torch__/torch/nn/functional.py}
 * @param problem why the code is incomplete; empty if it isn't
 */
record CodeFiles(Map<String, String> byPath, Optional<String> problem) {
  /** More code than any known module has; parsed, it takes many times its size in memory. */
  private static final long MOST_BYTES = 16 << 20;

  private static final Pattern CODE = Pattern.compile("[^/]+/code/(.*\\.py)");

  static CodeFiles in(ZipContent zip) {
    Map<String, String> files = new LinkedHashMap<>();
    long bytes = 0;
    for (Entry entry : zip.entries().orElse(List.of())) {
      Matcher code = CODE.matcher(entry.name());
      if (!code.matches()) {
        continue;
      }
      bytes += entry.sizeBytes();
      if (bytes > MOST_BYTES) {
        return new CodeFiles(
            files, Optional.of("more than %s bytes of code".formatted(MOST_BYTES)));
      }
      Optional<byte[]> content = zip.contentOf(entry);
      if (content.isEmpty()) {
        return new CodeFiles(
            files, Optional.of("'%s' in the file is damaged".formatted(entry.name())));
      }
      files.put(code.group(1), new String(content.get(), StandardCharsets.UTF_8));
    }
    return new CodeFiles(files, Optional.empty());
  }
}
