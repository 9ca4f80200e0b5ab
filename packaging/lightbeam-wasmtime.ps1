# lightbeam under stock wasmtime: .\lightbeam-wasmtime.ps1 send -c lightbeam.yaml
#
# The words are those of `lightbeam`. The component is granted the working folder, and what these variables name:
#   LIGHTBEAM_DIRS   further folders, separated as in PATH
#   LIGHTBEAM_ENV    variables that the configuration refers to, by their names, separated by blanks or commas
#   LIGHTBEAM_WASM   the component itself, where it is not beside this script
#
# Not run where the project is developed, which has no PowerShell; its twin, lightbeam-wasmtime.sh, is tested there.

# Wrong usage, as lightbeam tells it: exit code 2.
function Wrong([string] $What, [string] $Hint) {
    [Console]::Error.WriteLine("error: $What`n`nhint: $Hint")
    exit 2
}

$wasmtime = Get-Command wasmtime -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
if (-not $wasmtime) {
    Wrong 'wasmtime is not on PATH' 'install version 46 or later from https://wasmtime.dev, or use the launcher, which needs none'
}

$wasm = if ($env:LIGHTBEAM_WASM) { $env:LIGHTBEAM_WASM } else { Join-Path $PSScriptRoot 'lightbeam.wasm' }
if (-not (Test-Path -LiteralPath $wasm -PathType Leaf)) {
    Wrong "there is no $wasm" 'put lightbeam.wasm beside this script, or name it in LIGHTBEAM_WASM'
}

$run = @('run', '-S', 'http', '--dir', '.')
foreach ($folder in "$env:LIGHTBEAM_DIRS".Split([IO.Path]::PathSeparator)) {
    if (-not $folder) { continue }
    if (-not (Test-Path -LiteralPath $folder -PathType Container)) {
        Wrong "LIGHTBEAM_DIRS names $folder, which is no folder" 'make it, or name another one'
    }
    $run += '--dir', $folder
}
foreach ($name in "$env:LIGHTBEAM_ENV" -split '[\s,]+') {
    if (-not $name) { continue }
    # wasmtime takes values, too, but others can read command lines.
    if ($name.Contains('=')) {
        Wrong "LIGHTBEAM_ENV has a value for $($name.Split('=')[0])" 'name the variable alone, and set it to its value'
    }
    $run += '--env', $name
}
$run += $wasm
foreach ($word in $args) {
    # PowerShell makes a list of `students,schools`.
    if ($word -is [array]) { $word = $word -join ',' }
    $run += "$word"
}
# Before 7.3, PowerShell hands quotes to programs without escaping them.
if (-not (Test-Path variable:PSNativeCommandArgumentPassing)) {
    $run = $run | ForEach-Object { $_ -replace '(\\*)"', '$1$1\"' }
}

if ($MyInvocation.ExpectingInput) { $input | & $wasmtime @run } else { & $wasmtime @run }
exit $LASTEXITCODE
