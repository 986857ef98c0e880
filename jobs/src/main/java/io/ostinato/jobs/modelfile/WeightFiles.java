package io.ostinato.jobs.modelfile;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.ostinato.jobs.data.HadoopPaths;
import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.storage.Safetensors;
import io.ostinato.torchscript.ZipContent;
import io.ostinato.weights.OfferedArray;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads weights by name: safetensors, files of {@code torch.save}, shards of either with their
 * index, or a folder with one of these. The content of a file determines its format.
 *
 * @param style how messages name settings
 */
public record WeightFiles(KeyStyle style) {
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;
  private static final int MOST_INDEX_BYTES = 100_000_000;

  /**
   * Reads the weights of a file or folder.
   *
   * @throws ModelException if they aren't weights; says why in one line
   * @throws io.ostinato.storage.StorageException if a safetensors file is damaged
   */
  List<OfferedArray> read(String file, Configuration configuration) throws IOException {
    Path path = HadoopPaths.path(file, configuration);
    return read(file, HadoopPaths.system(path, configuration), path);
  }

  /**
   * Reads the weights of a file or folder.
   *
   * @param file its name for messages
   * @throws ModelException if they aren't weights; says why in one line
   * @throws io.ostinato.storage.StorageException if a safetensors file is damaged
   */
  public List<OfferedArray> read(String file, FileSystem files, Path path) throws IOException {
    FileStatus status = files.getFileStatus(path);
    if (status.isDirectory()) {
      return ofFolder(file, files, path);
    }
    return WeightsFolder.isIndex(path.getName())
        ? ofShards(file, files, path)
        : ofFile(file, files, status);
  }

  private List<OfferedArray> ofFolder(String file, FileSystem files, Path folder)
      throws IOException {
    List<String> names = new ArrayList<>();
    for (FileStatus each : files.listStatus(folder)) {
      names.add(each.getPath().getName());
    }
    WeightsFolder weights =
        WeightsFolder.in(names)
            .orElseThrow(
                () ->
                    ModelException.refused(
                        file,
                        "it is a folder without weights; expected model.safetensors, an index of"
                            + " shards (model.safetensors.index.json) or pytorch_model.bin"));
    Path main = new Path(folder, weights.main());
    return WeightsFolder.isIndex(weights.main())
        ? ofShards(file, files, main)
        : ofFile(file, files, files.getFileStatus(main));
  }

  private List<OfferedArray> ofShards(String file, FileSystem files, Path index)
      throws IOException {
    Set<String> expected = new HashSet<>();
    List<OfferedArray> all = new ArrayList<>();
    for (String shard : shards(file, files, index, expected)) {
      Path path = new Path(index.getParent(), shard);
      if (!files.exists(path)) {
        throw ModelException.refused(
            file, "its shard '%s' is missing; was it still being written?".formatted(shard));
      }
      all.addAll(ofFile(file, files, files.getFileStatus(path)));
    }
    all.forEach(array -> expected.remove(array.name()));
    if (!expected.isEmpty()) {
      throw ModelException.refused(
          file,
          "its index has %s names that no shard has, such as %s; save it again"
              .formatted(expected.size(), PickledEntry.quoted(new TreeSet<>(expected).first())));
    }
    return all;
  }

  /** The names of the shards of an index; adds the names of the weights. */
  private static Set<String> shards(String file, FileSystem files, Path index, Set<String> weights)
      throws IOException {
    byte[] text = content(file, files, files.getFileStatus(index), MOST_INDEX_BYTES);
    Set<String> shards = new TreeSet<>();
    try {
      JsonObject json =
          JsonParser.parseString(new String(text, StandardCharsets.UTF_8)).getAsJsonObject();
      for (var entry : json.getAsJsonObject("weight_map").entrySet()) {
        weights.add(entry.getKey());
        shards.add(nameOf(entry.getValue()));
      }
    } catch (JsonParseException
        | IllegalStateException
        | ClassCastException
        | NullPointerException
        | UnsupportedOperationException e) {
      throw ModelException.refused(
          file, "its index has no weight_map with the names of files; save it again", e);
    }
    return shards;
  }

  private static String nameOf(JsonElement shard) {
    String name = shard.getAsString();
    if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.equals("..")) {
      throw new JsonParseException("not the name of a file beside the index");
    }
    return name;
  }

  private List<OfferedArray> ofFile(String file, FileSystem files, FileStatus status)
      throws IOException {
    if (status.getPath().getName().endsWith(".safetensors")) {
      try (InputStream in = new BufferedInputStream(files.open(status.getPath()), 1 << 16)) {
        return OfferedArray.of(Safetensors.readFrom(in, status.getLen()).arrays());
      }
    }
    if (status.getLen() > MOST_BYTES) {
      return ofLargeFile(file, files, status);
    }
    return read(file, content(file, files, status, MOST_BYTES));
  }

  /**
   * Reads weights in memory.
   *
   * @param name their name for messages
   * @throws ModelException if they aren't weights; says why in one line
   * @throws io.ostinato.storage.StorageException if safetensors are damaged
   */
  List<OfferedArray> read(String name, byte[] content) throws IOException {
    if (OtherFormat.isSafetensors(content)) {
      return OfferedArray.of(
          Safetensors.readFrom(new ByteArrayInputStream(content), content.length).arrays());
    }
    try {
      return ofTorchSave(name, content);
    } catch (IllegalArgumentException e) {
      throw ModelException.refused(name, String.valueOf(e.getMessage()), e);
    }
  }

  /** Weights beside the state of an optimizer, of which only the weights are read. */
  private static List<OfferedArray> ofLargeFile(String file, FileSystem files, FileStatus status)
      throws IOException {
    try {
      return SavedTensors.of(LargeArchive.of(files, status));
    } catch (IllegalArgumentException e) {
      throw ModelException.refused(file, String.valueOf(e.getMessage()), e);
    }
  }

  private List<OfferedArray> ofTorchSave(String file, byte[] content) {
    ZipContent zip = new ZipContent(content);
    if (zip.isZip() && new ModuleArchive(zip).mistake().isEmpty()) {
      throw ModelException.refused(
          file,
          "it is a TorchScript module, which contains its architecture; remove "
              + style.name("architecture"));
    }
    if (OtherFormat.isTorchSave(content)) {
      return SavedTensors.of(
          zip.isZip() ? TorchSaveContent.ofArchive(content) : TorchSaveContent.ofLegacy(content));
    }
    throw ModelException.refused(
        file,
        OtherFormat.mistakeOf(file, content, style)
            .orElse(
                "it has no weights by name; expected safetensors or a state_dict written by"
                    + " torch.save"));
  }

  private static byte[] content(String file, FileSystem files, FileStatus status, int most)
      throws IOException {
    if (status.getLen() > most) {
      throw ModelException.refused(
          file, "it has %s bytes; the maximum is %s".formatted(status.getLen(), most));
    }
    try (InputStream in = files.open(status.getPath())) {
      return in.readAllBytes();
    }
  }
}
