package io.ostinato.jobs.modelfile;

import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.pickle.PickleReader;
import io.ostinato.pickle.Pickled;
import io.ostinato.torchscript.ZipContent;
import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A format that can't be evaluated, recognised by the content of a file and not by its name, and
 * the command that converts the file to a model. Files written by {@code torch.save} are described
 * by {@link TorchSave}.
 */
enum OtherFormat {
  EXPORTED_PROGRAM(
      "it is a program of torch.export; convert it in Python with a batch of inputs:"
          + " torch.jit.trace(torch.export.load('%s').module(), inputs).save('module.pt')"),
  KERAS(
      "it is a Keras model; convert it in Python:"
          + " keras.models.load_model('%s').export('model.onnx', format='onnx')"),
  HDF5(
      "it is an HDF5 file, probably a Keras model; convert it in Python:"
          + " keras.models.load_model('%s').export('model.onnx', format='onnx')"),
  TFLITE(
      "it is a TensorFlow Lite model; convert it on the command line:"
          + " python -m tf2onnx.convert --tflite '%s' --output model.onnx"),
  SAVED_MODEL(
      "it is a TensorFlow SavedModel; convert it on the command line, with its folder:"
          + " python -m tf2onnx.convert --saved-model FOLDER --output model.onnx"),
  NUMPY(
      "it contains NumPy arrays, weights without code; convert it in Python:"
          + " safetensors.numpy.save_file(dict(numpy.load('%s')), 'weights.safetensors'), and"
          + " evaluate that file with %2$s"),
  PICKLE(
      "it is a pickle, which only Python can read; convert a scikit-learn model in Python with some"
          + " rows: open('model.onnx', 'wb').write(skl2onnx.to_onnx(joblib.load('%s'), rows,"
          + " options={'zipmap': False}).SerializeToString())"),
  SAFETENSORS(
      "it contains safetensors weights; rename it, for example mv '%s' weights.safetensors, and"
          + " specify their architecture with %2$s"),
  ONNX("it is an ONNX model; rename it, for example mv '%s' model.onnx"),
  TORCH_SAVE(
      "it looks like a file of torch.save but can't be read; was it still being written? Otherwise"
          + " save the module itself in Python: torch.jit.script(model.eval()).save('module.pt')"),
  TAR(
      "it is a tar archive; extract it, for example with tar -xf '%s', and evaluate the file in"
          + " it"),
  GZIP("it is compressed; decompress it, for example with gunzip '%s', and evaluate the result"),
  GIT_LFS("it is a Git LFS pointer, not the file itself; run git lfs pull --include '%s'"),
  WEB_PAGE("it is a web page, not a model; was '%s' downloaded from the right address?");

  /** The first bytes of files, as a character for each byte; joblib also compresses pickles. */
  private static final Map<String, OtherFormat> BEGINNINGS =
      Map.of(
          "\u0089HDF\r\n\u001A\n", HDF5,
          "\u0093NUMPY", NUMPY,
          "\u0080\2", PICKLE,
          "\u0080\3", PICKLE,
          "\u0080\4", PICKLE,
          "\u0080\5", PICKLE,
          "x\u009C", PICKLE,
          "\u001F\u008B", GZIP,
          "\b\1\22", SAVED_MODEL,
          "version https://git-lfs", GIT_LFS);

  private static final Pattern WEB = Pattern.compile("(?i)\\s*<(?:!doctype )?html");

  /** The first pickle, a magic number, in any protocol of binary pickles. */
  private static final Pattern LEGACY =
      Pattern.compile(
          "\u0080[\2-\5](?:\u0095.{8})?\u008A\nl\u00FC\u009CF\u00F9 j\u00A8P\u0019\\.",
          Pattern.DOTALL);

  /** The file of a tar archive that holds the checkpoint, as written by PyTorch before 0.1.10. */
  private static final String TAR_OF_TORCH = "pickle";

  /** The number of pickles before the value: magic number, version and machine description. */
  private static final int PICKLES_BEFORE = 3;

  private static final String PICKLE_OF_TORCH = "(.*/)?data\\.pkl";

  /** The other way, for weights that can be read here. */
  private static final String ONCE =
      "; with %s, this file and others of the same model need no conversion";

  private static final int MOST_TEXT_BYTES = 1 << 20;

  private final String words;

  OtherFormat(String words) {
    this.words = words;
  }

  /** Like {@link #mistakeOf(String, byte[], KeyStyle)}, for a command line. */
  static Optional<String> mistakeOf(String file, byte[] content) {
    return mistakeOf(file, content, KeyStyle.OPTION);
  }

  /**
   * What a file is, if it is recognised as something other than a TorchScript module.
   *
   * @param style how messages name settings
   */
  static Optional<String> mistakeOf(String file, byte[] content, KeyStyle style) {
    String name = file.substring(file.lastIndexOf('/') + 1);
    boolean isReadable = isTorchSave(content);
    return torchSave(content)
        .map(save -> save.words(name) + (isReadable && save.hasWeights() ? once(style) : ""))
        .or(() -> of(content, text(content)).map(format -> format.words(name, style)));
  }

  private static String once(KeyStyle style) {
    return ONCE.formatted(style.example("architecture", "module.pt"));
  }

  private String words(String name, KeyStyle style) {
    return words.formatted(name, style.name("architecture"));
  }

  /**
   * Reads what torch.save has written: a zip archive, a single file or, long ago, a tar archive.
   */
  private static Optional<TorchSave> torchSave(byte[] content) {
    ZipContent zip = new ZipContent(content);
    TarContent tar = new TarContent(content);
    if (zip.isZip()) {
      return zip.entries()
          .filter(entries -> ofZip(entries).filter(format -> format == TORCH_SAVE).isPresent())
          .flatMap(entries -> pickle(zip, entries))
          .flatMap(pickle -> saved(pickle, 0));
    } else if (tar.isTar()) {
      return tar.contentOf(TAR_OF_TORCH)
          .flatMap(pickle -> saved(pickle, 0))
          .map(save -> new TorchSave(save.value(), true));
    }
    return LEGACY.matcher(text(content)).lookingAt()
        ? saved(content, PICKLES_BEFORE)
        : Optional.empty();
  }

  private static Optional<TorchSave> saved(byte[] pickles, int before) {
    try {
      PickleReader reader = new PickleReader(pickles);
      for (int i = 0; i < before; i++) {
        reader.next();
      }
      Pickled value = reader.next();
      return Optional.of(TorchSave.of(value, reader.globals(), reader.protocol()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<OtherFormat> of(byte[] content, String begin) {
    ZipContent zip = new ZipContent(content);
    if (zip.isZip()) {
      return zip.entries().flatMap(OtherFormat::ofZip);
    } else if (LEGACY.matcher(begin).lookingAt()) {
      return Optional.of(TORCH_SAVE);
    } else if (new TarContent(content).isTar()) {
      return Optional.of(TAR);
    } else if (begin.startsWith("TFL3", 4)) {
      return Optional.of(TFLITE);
    } else if (WEB.matcher(begin).lookingAt()) {
      return Optional.of(WEB_PAGE);
    } else if (isSafetensors(content)) {
      return Optional.of(SAFETENSORS);
    } else if (new OnnxFile(content).mistake().isEmpty()) {
      return Optional.of(ONNX);
    }
    return BEGINNINGS.keySet().stream()
        .filter(begin::startsWith)
        .findFirst()
        .map(beginning -> Objects.requireNonNull(BEGINNINGS.get(beginning)));
  }

  private static Optional<OtherFormat> ofZip(List<Entry> entries) {
    if (has(entries, "[^/]+/code/.*")) {
      return Optional.empty();
    } else if (has(entries, "(.*/)?(serialized_exported_program\\.json|archive_format)")) {
      return Optional.of(EXPORTED_PROGRAM);
    } else if (has(entries, ".*\\.weights\\.h5")) {
      return Optional.of(KERAS);
    } else if (has(entries, ".*\\.npy")) {
      return Optional.of(NUMPY);
    }
    return has(entries, PICKLE_OF_TORCH) ? Optional.of(TORCH_SAVE) : Optional.empty();
  }

  private static Optional<byte[]> pickle(ZipContent zip, List<Entry> entries) {
    return entries.stream()
        .filter(entry -> entry.name().matches(PICKLE_OF_TORCH))
        .findFirst()
        .flatMap(zip::contentOf);
  }

  private static boolean has(List<Entry> entries, String name) {
    return entries.stream().anyMatch(entry -> entry.name().matches(name));
  }

  /** Whether a file was written by torch.save, judged by its structure, and isn't a tar archive. */
  static boolean isTorchSave(byte[] content) {
    ZipContent zip = new ZipContent(content);
    return zip.isZip()
        ? !zip.isWhole()
            || zip.entries().flatMap(OtherFormat::ofZip).equals(Optional.of(TORCH_SAVE))
        : LEGACY.matcher(text(content)).lookingAt();
  }

  static boolean isSafetensors(byte[] content) {
    if (content.length <= Long.BYTES) {
      return false;
    }
    long header = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return header > 1 && header <= content.length - Long.BYTES && content[Long.BYTES] == '{';
  }

  /** The beginning of the bytes as text, with a character for each byte. */
  private static String text(byte[] bytes) {
    return new String(
        bytes, 0, Math.min(bytes.length, MOST_TEXT_BYTES), StandardCharsets.ISO_8859_1);
  }
}
