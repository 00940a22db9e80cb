/** Something to begin with: places in England, from which it makes up others. */
export const SAMPLE: string = `
Abingdon Accrington Aldborough Aldeburgh Alnmouth Alnwick Ambleside Amersham Ampthill Appleby Arundel Ashbourne Ashburton Ashford
Axminster Aylesbury Aylsham Bakewell Bamburgh Banbury Barnsley Barnstaple Basingstoke Battlesbridge Beaminster Beccles Bedford
Berkhamsted Beverley Bewdley Bicester Bideford Biggleswade Billericay Birmingham Blackburn Blackpool Blandford Bodmin Bolton
Bournemouth Brackley Bradford Braintree Bridgnorth Bridgwater Bridlington Bridport Brighton Bromsgrove Buckingham Burford Burnham
Burnley Buxton Camborne Cambridge Cannock Canterbury Carlisle Chatteris Chelmsford Cheltenham Chesham Chester Chesterfield Chichester
Chippenham Chorley Cirencester Clevedon Clitheroe Cockermouth Colchester Congleton Corbridge Coventry Crediton Crewkerne Cromer
Darlington Dartmouth Daventry Devizes Dewsbury Didcot Doncaster Dorchester Dorking Driffield Droitwich Dunstable Dunster Durham
Easingwold Eastbourne Edenbridge Egremont Ellesmere Evesham Exeter Exmouth Fakenham Falmouth Faringdon Farnham Faversham Felixstowe
Folkestone Fordingbridge Framlingham Frome Gainsborough Gateshead Gillingham Glastonbury Gloucester Godalming Grantham Gravesend
Grimsby Guildford Guisborough Hadleigh Halesworth Halifax Harleston Harpenden Harrogate Hartlepool Harwich Haslemere Hastings
Hatherleigh Haverhill Helmsley Helston Henley Hereford Hertford Hexham Hinckley Hitchin Holmfirth Honiton Horncastle Horsham
Huddersfield Hungerford Hunstanton Huntingdon Ilfracombe Ilkley Ilminster Immingham Ipswich Keighley Kendal Keswick Kettering
Kidderminster Kingsbridge Kington Knaresborough Knutsford Lancaster Launceston Lavenham Ledbury Leominster Leyburn Lichfield
Lincoln Liskeard Littlehampton Longridge Loughborough Lowestoft Ludlow Lutterworth Lymington Mablethorpe Macclesfield Maidenhead
Maidstone Maldon Malmesbury Malton Mansfield Marlborough Maryport Masham Matlock Melksham Middlesbrough Midhurst Minehead Morecambe
Moreton Morpeth Nantwich Newbury Newmarket Northallerton Northampton Norwich Nottingham Nuneaton Oakham Okehampton Ormskirk Oswestry
Oundle Oxford Padstow Peterborough Petersfield Pickering Plymouth Pocklington Pontefract Portsmouth Ramsgate Redditch Redruth Reigate
Richmond Ringwood Ripon Rochester Romsey Rotherham Royston Rugby Runcorn Salisbury Saxmundham Scarborough Scunthorpe Sedbergh Selby
Sevenoaks Shaftesbury Sheffield Shepton Sherborne Shrewsbury Sidmouth Skegness Skipton Sleaford Southampton Southwold Spalding
Stafford Stamford Stevenage Stockport Stourbridge Stowmarket Stratford Sudbury Sunderland Swaffham Swanage Swindon Tadcaster Tamworth
Taunton Tavistock Teignmouth Tenterden Tewkesbury Thetford Thirsk Tiverton Tonbridge Torquay Totnes Trowbridge Truro Tunbridge
Uckfield Ulverston Uppingham Uttoxeter Uxbridge Wadebridge Wakefield Wallingford Walsall Wantage Wareham Warminster Warrington
Warwick Watford Wellingborough Wetherby Weymouth Whitby Whitehaven Whitstable Wigton Wimborne Winchester Windermere Windsor Wisbech
Witney Wokingham Wolverhampton Woodbridge Woodstock Worcester Workington Worksop Worthing Wymondham Yarmouth Yeovil York
`
  .trim()
  .replaceAll(' ', '\n');
