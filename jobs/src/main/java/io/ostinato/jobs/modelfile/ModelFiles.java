package io.ostinato.jobs.modelfile;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.data.HadoopPaths;
import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.model.ModelSource;
import io.ostinato.model.OnnxSource;
import io.ostinato.model.TorchScriptSource;
import io.ostinato.storage.Safetensors;
import io.ostinato.storage.StorageException;
import io.ostinato.torchscript.DamagedModuleException;
import io.ostinato.torchscript.ModuleFacts;
import io.ostinato.torchscript.ZipContent;
import io.ostinato.weights.WeightSnapshot;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads models from any file system that Hadoop supports. Extensions determine their formats. */
public final class ModelFiles {
  private static final Logger log = LoggerFactory.getLogger(ModelFiles.class);
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final Configuration configuration;
  private final KeyStyle style;
  private final ModelSource torchScript = ModelSource.torchScript();
  private final ModelSource onnx = ModelSource.onnx();
  private final List<ModelSource> blocks;
  private boolean warned;

  /**
   * A model that is ready to be evaluated.
   *
   * @param source the code of the model
   * @param weights the weights of the model
   * @param outputs the names of its outputs if the file declares them, or else empty
   */
  public record ModelFile(ModelSource source, WeightSnapshot weights, List<String> outputs) {
    ModelFile(ModelSource source, WeightSnapshot weights) {
      this(source, weights, List.of());
    }
  }

  /** Creates a reader for a command line. */
  public ModelFiles(Configuration configuration, List<Architecture> architecture) {
    this(configuration, architecture, KeyStyle.OPTION);
  }

  /**
   * Creates a reader.
   *
   * @param configuration Hadoop's configuration
   * @param architecture the architecture of files that contain only weights; empty if all files are
   *     complete modules
   * @param style how messages name settings
   */
  public ModelFiles(Configuration configuration, List<Architecture> architecture, KeyStyle style) {
    this.configuration = configuration;
    this.style = style;
    this.blocks =
        architecture.stream()
            .map(a -> ModelSource.ofBlock(a, a.shapes().toArray(ai.djl.ndarray.types.Shape[]::new)))
            .toList();
  }

  /** The kind of a model file, by its extension. */
  private enum Kind {
    TORCH_SCRIPT(".pt", ".pth", ".ts", ".torchscript"),
    ONNX(".onnx"),
    WEIGHTS(".safetensors"),

    /** Extensions of several formats, which only the content tells apart; may be a module. */
    OPEN(
        ".ckpt", ".bin", ".pt2", ".h5", ".hdf5", ".keras", ".tflite", ".pkl", ".pickle", ".joblib",
        ".npz", ".npy", ".pb", ".tar", ".tgz", ".gz");

    /** A name such as {@code checkpoint-500}. */
    private static final Pattern WITHOUT_ENDING = Pattern.compile("(?:.*/)?[^./]*(?:[._-]\\d+)*");

    private final List<String> ends;

    Kind(String... ends) {
      this.ends = List.of(ends);
    }

    static Optional<Kind> of(String file) {
      String name = file.toLowerCase(Locale.ROOT);
      return Arrays.stream(values())
          .filter(kind -> kind.ends.stream().anyMatch(name::endsWith))
          .findFirst()
          .or(() -> WITHOUT_ENDING.matcher(name).matches() ? Optional.of(OPEN) : Optional.empty());
    }

    @Override
    public String toString() {
      return String.join(", ", ends);
    }
  }

  /**
   * Why a file can't be read, judged by its name alone; empty if it may be possible.
   *
   * @param style how messages name settings
   */
  public static Optional<String> mistake(String file, boolean hasArchitecture, KeyStyle style) {
    Optional<Kind> kind = Kind.of(file);
    if (kind.isEmpty()) {
      return Optional.of(
          "'%s': unknown model format; expected %s for TorchScript, %s for ONNX, %s for weights"
              .formatted(file, Kind.TORCH_SCRIPT, Kind.ONNX, Kind.WEIGHTS));
    }
    return switch (kind.get()) {
      case WEIGHTS ->
          hasArchitecture
              ? Optional.empty()
              : Optional.of(
                  "'%s' contains only weights; specify their architecture with %s"
                      .formatted(file, style.name("architecture")));
      case OPEN -> Optional.empty();
      case TORCH_SCRIPT -> mistakeOfModule(file, "a TorchScript module", hasArchitecture, style);
      case ONNX ->
          mistakeOfModule(file, "an ONNX model", hasArchitecture, style)
              .or(
                  () ->
                      OnnxSource.missingEngine()
                          .map(
                              missing -> "'%s' is an ONNX model, but %s".formatted(file, missing)));
    };
  }

  private static Optional<String> mistakeOfModule(
      String file, String what, boolean hasArchitecture, KeyStyle style) {
    return hasArchitecture
        ? Optional.of(
            "'%s' is %s, which contains its architecture; remove %s"
                .formatted(file, what, style.name("architecture")))
        : Optional.empty();
  }

  /**
   * Reads a model.
   *
   * @throws ModelException if the file doesn't exist or isn't a model; says why in one line
   */
  public ModelFile read(String file) {
    mistake(file, !blocks.isEmpty(), style)
        .ifPresent(
            mistake -> {
              throw new ModelException(mistake);
            });
    try {
      Path path = HadoopPaths.path(file, configuration);
      FileSystem files = HadoopPaths.system(path, configuration);
      FileStatus status = files.getFileStatus(path);
      if (status.isDirectory()) {
        throw ModelException.refused(file, "it is a folder, not a model");
      }
      try (InputStream in = new BufferedInputStream(files.open(path), 1 << 16)) {
        return switch (Kind.of(file).orElseThrow()) {
          case WEIGHTS -> weights(in, status.getLen());
          case TORCH_SCRIPT, OPEN -> torchScript(file, content(file, in, status.getLen()));
          case ONNX -> onnx(file, content(file, in, status.getLen()));
        };
      }
    } catch (FSError e) {
      throw ModelException.unreadable(file, ErrorLine.withoutRemedy(e), e);
    } catch (StorageException e) {
      throw ModelException.unreadable(file, String.valueOf(e.getMessage()), e);
    } catch (IOException | IllegalArgumentException e) {
      if (e instanceof IOException io && StorageException.isMissing(io)) {
        throw ModelException.missing(file, e);
      }
      throw ModelException.unreadable(file, ErrorLine.withoutRemedy(e), e);
    }
  }

  private ModelFile weights(InputStream in, long bytes) throws IOException {
    Safetensors weights = Safetensors.readFrom(in, bytes);
    return new ModelFile(blocks.get(0), WeightSnapshot.of(weights.arrays()));
  }

  /**
   * Reads a TorchScript module from memory.
   *
   * @param name the name of the module in messages
   * @throws ModelException if it isn't one; says why in one line
   */
  public ModelFile read(String name, byte[] module) {
    return torchScript(name, module);
  }

  private static byte[] content(String file, InputStream in, long bytes) throws IOException {
    if (bytes > MOST_BYTES) {
      throw ModelException.refused(
          file, "it has %s bytes; the maximum size of a module is %s".formatted(bytes, MOST_BYTES));
    }
    return in.readAllBytes();
  }

  private ModelFile torchScript(String file, byte[] content) {
    OtherFormat.mistakeOf(file, content)
        .or(() -> new ModuleArchive(new ZipContent(content)).mistake())
        .ifPresent(mistake -> refuse(file, mistake));
    if (!blocks.isEmpty()) {
      refuse(file, "it contains its architecture; remove " + style.name("architecture"));
    }
    ModuleFacts facts = facts(file, content);
    warnOfTrainingMode(file, facts);
    return new ModelFile(torchScript, TorchScriptSource.snapshotOf(content, facts));
  }

  private static ModuleFacts facts(String file, byte[] content) {
    try {
      return ModuleFacts.of(content);
    } catch (DamagedModuleException e) {
      throw ModelException.refused(file, String.valueOf(e.getMessage()), e);
    }
  }

  /** Warns only once: the other checkpoints of a watched folder are saved in the same way. */
  private void warnOfTrainingMode(String file, ModuleFacts facts) {
    if (!warned) {
      Optional<String> mode = facts.trainingMode();
      mode.ifPresent(how -> log.warn("'{}' {}", file, how));
      warned = mode.isPresent();
    }
  }

  private ModelFile onnx(String file, byte[] content) {
    OnnxFile model = new OnnxFile(content);
    model
        .mistake()
        .map(mistake -> OtherFormat.mistakeOf(file, content).orElse(mistake))
        .ifPresent(mistake -> refuse(file, mistake));
    return new ModelFile(onnx, OnnxSource.snapshotOf(content), model.outputs());
  }

  private static void refuse(String file, String mistake) {
    throw ModelException.refused(file, mistake);
  }
}
