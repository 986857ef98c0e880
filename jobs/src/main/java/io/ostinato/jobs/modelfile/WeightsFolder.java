package io.ostinato.jobs.modelfile;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights in a folder such as those of Hugging Face's trainers: one file, or shards and an
 * index.
 *
 * @param main the name of the file, or of the index
 * @param shards the names of the shards; empty for a single file
 */
public record WeightsFolder(String main, List<String> shards) {
  private static final String INDEX = ".index.json";
  private static final Pattern SHARD = Pattern.compile("(.+)-\\d+-of-\\d+\\.(?:safetensors|bin)");
  private static final List<String> USUAL =
      List.of("model.safetensors", "pytorch_model.bin", "adapter_model.safetensors");

  public WeightsFolder {
    shards = List.copyOf(shards);
  }

  /**
   * Finds the weights among the files of a folder; empty if there are none, or only some of the
   * shards yet.
   */
  public static Optional<WeightsFolder> in(Collection<String> names) {
    TreeSet<String> files = new TreeSet<>(names);
    for (String end : List.of(".safetensors", ".bin")) {
      List<String> indexes = files.stream().filter(name -> name.endsWith(end + INDEX)).toList();
      Optional<String> index =
          USUAL.stream()
              .map(name -> name + INDEX)
              .filter(indexes::contains)
              .findFirst()
              .or(() -> indexes.stream().findFirst());
      if (index.isPresent()) {
        String stem = index.get().substring(0, index.get().length() - (end + INDEX).length());
        return Optional.of(
            new WeightsFolder(
                index.get(),
                files.stream()
                    .filter(name -> name.endsWith(end) && isShardOf(stem, name))
                    .toList()));
      }
    }
    List<String> single =
        files.stream()
            .filter(name -> name.endsWith(".safetensors") && !SHARD.matcher(name).matches())
            .toList();
    return USUAL.stream()
        .filter(files::contains)
        .findFirst()
        .or(() -> single.size() == 1 ? Optional.of(single.get(0)) : Optional.empty())
        .map(name -> new WeightsFolder(name, List.of()));
  }

  /** The name of the folder of a file that has the usual name of weights; empty for others. */
  public static Optional<String> folderOf(String file) {
    String[] parts = file.split("/");
    String name = parts.length == 0 ? "" : parts[parts.length - 1];
    return parts.length > 1 && (USUAL.contains(name) || isIndex(name))
        ? Optional.of(parts[parts.length - 2])
        : Optional.empty();
  }

  /** Whether a name is that of an index of shards. */
  public static boolean isIndex(String name) {
    return name.endsWith(".safetensors" + INDEX) || name.endsWith(".bin" + INDEX);
  }

  /** The name of one file with the weights of this one; shards become a safetensors file. */
  public static String nameOfOne(String main) {
    return isIndex(main)
        ? main.replaceFirst("\\.(?:safetensors|bin)\\.index\\.json$", ".safetensors")
        : main;
  }

  private static boolean isShardOf(String stem, String name) {
    Matcher shard = SHARD.matcher(name);
    return shard.matches() && shard.group(1).equals(stem);
  }
}
