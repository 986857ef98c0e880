package io.ostinato.jobs.modelfile;

import ai.djl.ndarray.types.Shape;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.data.HadoopPaths;
import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.jobs.modelfile.WeightsArchitecture.OfBlock;
import io.ostinato.jobs.modelfile.WeightsArchitecture.OfModule;
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
import java.util.List;
import java.util.Optional;
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
  private final WeightsArchitecture architecture;
  private final Optional<TemplateModels> templates;
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
  public ModelFiles(Configuration configuration, WeightsArchitecture architecture) {
    this(configuration, architecture, KeyStyle.OPTION);
  }

  /**
   * Creates a reader.
   *
   * @param configuration Hadoop's configuration
   * @param architecture the architecture of files that contain only weights
   * @param style how messages name settings
   */
  public ModelFiles(Configuration configuration, WeightsArchitecture architecture, KeyStyle style) {
    this.configuration = configuration;
    this.style = style;
    this.architecture = architecture;
    this.templates =
        architecture instanceof OfModule module
            ? Optional.of(new TemplateModels(configuration, module, style))
            : Optional.empty();
  }

  /**
   * Why a file can't be read, judged by its name alone; empty if it may be possible.
   *
   * @param style how messages name settings
   */
  public static Optional<String> mistake(
      String file, WeightsArchitecture architecture, KeyStyle style) {
    Optional<ModelKind> kind = ModelKind.of(file);
    if (architecture instanceof OfModule module) {
      return kind.filter(known -> known == ModelKind.ONNX)
          .map(onnx -> ofModule(file, "an ONNX model", style))
          .or(
              () ->
                  ModelKind.of(module.file())
                      .filter(known -> known == ModelKind.ONNX)
                      .flatMap(onnx -> missingEngine(module.file())));
    }
    boolean hasBlock = architecture instanceof OfBlock;
    if (kind.isEmpty()) {
      return Optional.of(
          "'%s': unknown model format; expected %s for TorchScript, %s for ONNX, %s for weights"
              .formatted(file, ModelKind.TORCH_SCRIPT, ModelKind.ONNX, ModelKind.WEIGHTS));
    }
    return switch (kind.get()) {
      case WEIGHTS ->
          hasBlock
              ? Optional.empty()
              : Optional.of(
                  "'%s' contains only weights; specify their architecture with %s"
                      .formatted(file, style.name("architecture")));
      case OPEN -> Optional.empty();
      case TORCH_SCRIPT ->
          hasBlock ? Optional.of(ofModule(file, "a TorchScript module", style)) : Optional.empty();
      case ONNX ->
          hasBlock ? Optional.of(ofModule(file, "an ONNX model", style)) : missingEngine(file);
    };
  }

  private static String ofModule(String file, String what, KeyStyle style) {
    return "'%s' is %s, which contains its architecture; remove %s"
        .formatted(file, what, style.name("architecture"));
  }

  private static Optional<String> missingEngine(String file) {
    return OnnxSource.missingEngine()
        .map(missing -> "'%s' is an ONNX model, but %s".formatted(file, missing));
  }

  /**
   * Reads the module of the architecture, if there is one, so that a mistake in it isn't taken for
   * one of a file with weights.
   *
   * @throws ModelException if it can't be used; says why in one line
   */
  public void prepare() {
    templates.ifPresent(TemplateModels::prepare);
  }

  /**
   * Reads a model.
   *
   * @throws ModelException if the file doesn't exist or isn't a model; says why in one line
   */
  public ModelFile read(String file) {
    mistake(file, architecture, style)
        .ifPresent(
            mistake -> {
              throw new ModelException(mistake);
            });
    return reading(file, () -> templates.isPresent() ? templates.get().read(file) : readOne(file));
  }

  private ModelFile readOne(String file) throws IOException {
    return switch (ModelKind.of(file).orElseThrow()) {
      case WEIGHTS -> weights(file);
      case TORCH_SCRIPT, OPEN -> torchScript(file, content(file, configuration));
      case ONNX -> onnx(file, content(file, configuration));
    };
  }

  /** Reads a file. */
  @FunctionalInterface
  interface Reading<T> {
    T read() throws IOException;
  }

  static <T> T reading(String file, Reading<T> reading) {
    try {
      return reading.read();
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

  private ModelFile weights(String file) throws IOException {
    Path path = HadoopPaths.path(file, configuration);
    FileSystem files = HadoopPaths.system(path, configuration);
    FileStatus status = statusOf(file, files, path);
    try (InputStream in = new BufferedInputStream(files.open(path), 1 << 16)) {
      Safetensors weights = Safetensors.readFrom(in, status.getLen());
      return new ModelFile(blockOf(architecture), WeightSnapshot.of(weights.arrays()));
    }
  }

  /**
   * Reads a TorchScript module from memory, or the weights of one, if that is the architecture.
   *
   * @param name the name of the model in messages
   * @throws ModelException if it isn't one; says why in one line
   */
  public ModelFile read(String name, byte[] content) {
    return templates.isPresent()
        ? reading(name, () -> templates.get().read(name, content))
        : torchScript(name, content);
  }

  private static ModelSource blockOf(WeightsArchitecture architecture) {
    if (architecture instanceof OfBlock known) {
      Architecture block = known.block();
      return ModelSource.ofBlock(block, block.shapes().toArray(Shape[]::new));
    }
    throw new IllegalStateException("weights without an architecture are refused by their name");
  }

  /** The content of a file with a module. */
  static byte[] content(String file, Configuration configuration) throws IOException {
    Path path = HadoopPaths.path(file, configuration);
    FileSystem files = HadoopPaths.system(path, configuration);
    long bytes = statusOf(file, files, path).getLen();
    if (bytes > MOST_BYTES) {
      throw ModelException.refused(
          file, "it has %s bytes; the maximum size of a module is %s".formatted(bytes, MOST_BYTES));
    }
    try (InputStream in = files.open(path)) {
      return in.readAllBytes();
    }
  }

  private static FileStatus statusOf(String file, FileSystem files, Path path) throws IOException {
    FileStatus status = files.getFileStatus(path);
    if (status.isDirectory()) {
      throw ModelException.refused(file, "it is a folder, not a model");
    }
    return status;
  }

  /** Why a file is neither a TorchScript module nor an ONNX model; empty if it is. */
  static Optional<String> mistakeOf(String file, byte[] content, KeyStyle style) {
    return ModelKind.of(file).filter(kind -> kind == ModelKind.ONNX).isPresent()
        ? mistakeOfOnnx(file, content, style)
        : OtherFormat.mistakeOf(file, content, style)
            .or(() -> new ModuleArchive(new ZipContent(content)).mistake());
  }

  private static Optional<String> mistakeOfOnnx(String file, byte[] content, KeyStyle style) {
    return new OnnxFile(content)
        .mistake()
        .map(mistake -> OtherFormat.mistakeOf(file, content, style).orElse(mistake));
  }

  /** The outputs that a file without a mistake declares; empty if it doesn't. */
  static List<String> outputsOf(byte[] content) {
    return new ZipContent(content).isZip() ? List.of() : new OnnxFile(content).outputs();
  }

  private ModelFile torchScript(String file, byte[] content) {
    mistakeOf(file, content, style).ifPresent(mistake -> refuse(file, mistake));
    if (architecture instanceof OfBlock) {
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
    mistakeOf(file, content, style).ifPresent(mistake -> refuse(file, mistake));
    return new ModelFile(onnx, OnnxSource.snapshotOf(content), outputsOf(content));
  }

  private static void refuse(String file, String mistake) {
    throw ModelException.refused(file, mistake);
  }
}
