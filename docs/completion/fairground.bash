# Completion of fairground for bash. Made by `fairground reference bash`; do not edit.

_fairground_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

_fairground_paths() {
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

_fairground() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' i
  COMPREPLY=()
  # Readline makes three words of --option=value.
  if [[ $current == = ]]; then
    current=''
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      command=${COMP_WORDS[i]}
      break
    fi
  done
  if [[ -z $command ]]; then
    _fairground_words "run plan preview masks coverage augmenters merge status verify report export replay compare reference --help --version"
    return
  fi
  case "$command $previous" in
    'run --out') _fairground_paths -d; return ;;
    'run --jobs') :; return ;;
    'run --plan') _fairground_paths -f; return ;;
    'run --base') _fairground_paths -d; return ;;
    'run --shard') :; return ;;
    'plan --out') _fairground_paths -f; return ;;
    'plan --jobs') :; return ;;
    'plan --base') _fairground_paths -d; return ;;
    'plan --against') _fairground_paths -f; return ;;
    'plan --effort') :; return ;;
    'preview --source') :; return ;;
    'preview --axis') :; return ;;
    'preview --out') _fairground_paths -f; return ;;
    'preview --jobs') :; return ;;
    'masks --out') _fairground_paths -d; return ;;
    'masks --jobs') :; return ;;
    'coverage --by') :; return ;;
    'coverage --at-least') :; return ;;
    'coverage --at-least-subjects') :; return ;;
    'coverage --ways') :; return ;;
    'coverage --subject') :; return ;;
    'coverage --bins') :; return ;;
    'coverage --memory') :; return ;;
    'coverage --top') :; return ;;
    'augmenters --pages') _fairground_paths -d; return ;;
    'merge --config') _fairground_paths -f; return ;;
    'merge --jobs') :; return ;;
    'verify --jobs') :; return ;;
    'export --to') _fairground_words "webdataset nemo kaldi lhotse stm results coco croissant"; return ;;
    'replay --out') _fairground_paths -f; return ;;
    'replay --config') _fairground_paths -f; return ;;
    'replay --jobs') :; return ;;
  esac
  case $command in
    run)
      if [[ $current == -* ]]; then
        _fairground_words "--help --out --jobs --plan --base --shard --prepare --restart --retry-failed --quiet"
      else
        _fairground_paths -f
      fi
      ;;
    plan)
      if [[ $current == -* ]]; then
        _fairground_words "--help --out --jobs --base --against --effort --json --no-measure"
      else
        _fairground_paths -f
      fi
      ;;
    preview)
      if [[ $current == -* ]]; then
        _fairground_words "--help --source --axis --out --jobs --quiet"
      else
        _fairground_paths -f
      fi
      ;;
    masks)
      if [[ $current == -* ]]; then
        _fairground_words "--help --out --jobs --quiet"
      else
        _fairground_paths -f
      fi
      ;;
    coverage)
      if [[ $current == -* ]]; then
        _fairground_words "--help --by --at-least --at-least-subjects --ways --subject --bins --memory --top --json"
      else
        _fairground_paths -f
      fi
      ;;
    augmenters)
      if [[ $current == -* ]]; then
        _fairground_words "--help --markdown --json-schema --example --pages"
      else
        _fairground_words "benchmark.imagenet_c channel.bandwidth channel.clock_drift channel.codec channel.dropout channel.jitter channel.level channel.packet_loss device.camera device.handset device.microphone device.receiver file.jpeg file.messenger file.resize file.webp lens.chromatic_aberration lens.defocus lens.distortion lens.flare lens.motion lens.smudge lens.vignetting light.backlight light.dim light.direction light.exposure light.flash light.flicker light.haze light.illuminance light.illuminant light.mixed light.place light.shadow noise.alarm noise.babble noise.cafe noise.car noise.coloured noise.competing_talker noise.hvac noise.impact noise.mri noise.profile noise.pump noise.recording noise.speech_shaped noise.street noise.ventilator noise.ward noise.wind processing.agc processing.beautify processing.clipping processing.compressor processing.denoise processing.echo_residual processing.local_tone processing.noise_gate processing.noise_suppression processing.saturation processing.sharpen processing.tone_curve processing.white_balance_error room.impulse_response room.shoebox sensor.mosaic sensor.noise sensor.resolution skin.tone voice.face_mask voice.lombard voice.tempo voice.vocal_effort"
      fi
      ;;
    merge)
      if [[ $current == -* ]]; then
        _fairground_words "--help --config --jobs --quiet"
      else
        _fairground_paths -d
      fi
      ;;
    status)
      if [[ $current == -* ]]; then
        _fairground_words "--help --json"
      else
        _fairground_paths -d
      fi
      ;;
    verify)
      if [[ $current == -* ]]; then
        _fairground_words "--help --jobs"
      else
        _fairground_paths -d
      fi
      ;;
    report)
      if [[ $current == -* ]]; then
        _fairground_words "--help"
      else
        _fairground_paths -d
      fi
      ;;
    export)
      if [[ $current == -* ]]; then
        _fairground_words "--help --to"
      else
        _fairground_paths -d
      fi
      ;;
    replay)
      if [[ $current == -* ]]; then
        _fairground_words "--help --out --config --jobs"
      else
        _fairground_paths -d
      fi
      ;;
    compare)
      if [[ $current == -* ]]; then
        _fairground_words "--help --json"
      else
        _fairground_paths -f
      fi
      ;;
    reference)
      if [[ $current == -* ]]; then
        _fairground_words "--help"
      else
        _fairground_words "schema man bash zsh fish"
      fi
      ;;
  esac
}

complete -F _fairground fairground
