package io.ostinato.jobs.evaluation;

import io.ostinato.torchscript.ZipContent;
import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that is none of the formats that can be evaluated: what it is, told by its content and not
 * by its name, and the command that makes a model of it. {@code %s} is the file's name, and behind
 * that the key of its weights.
 */
enum OtherFormat {
  STATE_DICT(
      "it is a state_dict, weights without code, as torch.save writes them; in Python, with the"
          + " model: model.load_state_dict(torch.load('%s')),"
          + " torch.jit.script(model.eval()).save('module.pt')"),
  CHECKPOINT(
      "it is a checkpoint of a training, weights without code, as torch.save writes them; in Python,"
          + " with the model: model.load_state_dict(torch.load('%s')['%s']),"
          + " torch.jit.script(model.eval()).save('module.pt')"),
  LIGHTNING(
      "it is a checkpoint of Lightning, weights without code, as torch.save writes them; in Python,"
          + " with its class: Net.load_from_checkpoint('%s').to_torchscript('module.pt')"),
  PICKLED_MODULE(
      "it is a module that torch.save has pickled, which needs its Python classes; in Python:"
          + " torch.jit.script(torch.load('%s', weights_only=False).eval()).save('module.pt')"),
  EXPORTED_PROGRAM(
      "it is a program of torch.export; in Python, with a batch of inputs:"
          + " torch.jit.trace(torch.export.load('%s').module(), inputs).save('module.pt')"),
  KERAS(
      "it is a model of Keras; in Python:"
          + " keras.models.load_model('%s').export('model.onnx', format='onnx')"),
  HDF5(
      "it is an HDF5 file, as Keras writes models; in Python:"
          + " keras.models.load_model('%s').export('model.onnx', format='onnx')"),
  TFLITE(
      "it is a model of TensorFlow Lite; on the command line:"
          + " python -m tf2onnx.convert --tflite '%s' --output model.onnx"),
  SAVED_MODEL(
      "it is a SavedModel of TensorFlow; on the command line, with its folder:"
          + " python -m tf2onnx.convert --saved-model FOLDER --output model.onnx"),
  NUMPY(
      "it has arrays of NumPy, weights without code; in Python:"
          + " safetensors.numpy.save_file(dict(numpy.load('%s')), 'weights.safetensors'), and give"
          + " that with --architecture"),
  PICKLE(
      "it is a pickle, which only Python can read; of a scikit-learn model, in Python with some rows:"
          + " open('model.onnx', 'wb').write(skl2onnx.to_onnx(joblib.load('%s'), rows,"
          + " options={'zipmap': False}).SerializeToString())"),
  SAFETENSORS(
      "it has weights as safetensors; name it so, as in mv '%s' weights.safetensors, and say with"
          + " --architecture what they belong to"),
  ONNX("it is an ONNX model; name it so, as in mv '%s' model.onnx"),
  GIT_LFS("it is a pointer of Git LFS to a file, not that file; run git lfs pull --include '%s'"),
  WEB_PAGE("it is a web page, not a model; was '%s' downloaded from the right address?");

  /** How files begin, a character for each byte; joblib writes pickles compressed, too. */
  private static final Map<String, OtherFormat> BEGINNINGS =
      Map.of(
          "\u0089HDF\r\n\u001A\n", HDF5,
          "\u0093NUMPY", NUMPY,
          "\u0080\2", PICKLE,
          "\u0080\3", PICKLE,
          "\u0080\4", PICKLE,
          "\u0080\5", PICKLE,
          "x\u009C", PICKLE,
          "\b\1\22", SAVED_MODEL,
          "version https://git-lfs", GIT_LFS);

  private static final Pattern WEB = Pattern.compile("(?i)\\s*<(?:!doctype )?html");
  private static final String LEGACY = "\u0080\2\u008A\nl\u00FC\u009CF\u00F9 j\u00A8P\u0019.";
  private static final Pattern WEIGHTS_KEY =
      Pattern.compile("(model_state_dict|state_dict|model_state|net|model)[q\\u0094]");

  /** What a module has beside its weights, whatever its class is. */
  private static final String OF_MODULES = "_forward_pre_hooks";

  private static final int MOST_TEXT_BYTES = 1 << 20;

  private final String words;

  OtherFormat(String words) {
    this.words = words;
  }

  /** What a file is, if it is known to be something else than a TorchScript module. */
  static Optional<String> mistakeOf(String file, byte[] content) {
    String name = file.substring(file.lastIndexOf('/') + 1);
    String begin = text(content);
    return of(content, begin)
        .map(format -> format.words.formatted(name, keyOf(begin, content).orElse("model")));
  }

  private static Optional<OtherFormat> of(byte[] content, String begin) {
    ZipContent zip = new ZipContent(content);
    if (zip.isZip()) {
      return zip.entries().flatMap(entries -> ofZip(zip, entries));
    } else if (begin.startsWith(LEGACY)) {
      return Optional.of(ofTorchSave(begin));
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

  private static Optional<OtherFormat> ofZip(ZipContent zip, List<Entry> entries) {
    if (has(entries, "[^/]+/code/.*")) {
      return Optional.empty();
    } else if (has(entries, "(.*/)?(serialized_exported_program\\.json|archive_format)")) {
      return Optional.of(EXPORTED_PROGRAM);
    } else if (has(entries, ".*\\.weights\\.h5")) {
      return Optional.of(KERAS);
    } else if (has(entries, ".*\\.npy")) {
      return Optional.of(NUMPY);
    }
    return pickle(zip, entries).map(OtherFormat::ofTorchSave);
  }

  private static OtherFormat ofTorchSave(String pickle) {
    if (pickle.contains("pytorch-lightning_version")) {
      return LIGHTNING;
    } else if (pickle.contains(OF_MODULES)) {
      return PICKLED_MODULE;
    }
    return WEIGHTS_KEY.matcher(pickle).find() ? CHECKPOINT : STATE_DICT;
  }

  private static Optional<String> keyOf(String begin, byte[] content) {
    ZipContent zip = new ZipContent(content);
    Matcher key =
        WEIGHTS_KEY.matcher(
            zip.isZip()
                ? zip.entries().flatMap(entries -> pickle(zip, entries)).orElse("")
                : begin);
    return key.find() ? Optional.of(key.group(1)) : Optional.empty();
  }

  private static Optional<String> pickle(ZipContent zip, List<Entry> entries) {
    return entries.stream()
        .filter(entry -> entry.name().matches("(.*/)?data\\.pkl"))
        .findFirst()
        .map(entry -> zip.contentOf(entry).map(OtherFormat::text).orElse(""));
  }

  private static boolean has(List<Entry> entries, String name) {
    return entries.stream().anyMatch(entry -> entry.name().matches(name));
  }

  private static boolean isSafetensors(byte[] content) {
    if (content.length <= Long.BYTES) {
      return false;
    }
    long header = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return header > 1 && header <= content.length - Long.BYTES && content[Long.BYTES] == '{';
  }

  /** A character for each byte. */
  private static String text(byte[] bytes) {
    return new String(
        bytes, 0, Math.min(bytes.length, MOST_TEXT_BYTES), StandardCharsets.ISO_8859_1);
  }
}
